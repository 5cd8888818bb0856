"""A lock that one process holds among all that use one PostgreSQL; the server gives it back when the process ends.

`Store.hold` takes it. SQLite needs none: its processes share a machine, and a file lock keeps them apart.
"""

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from plimsoll.store.lock import Lock

_KEEPALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 5}
# The server asks as well: of a machine that lost its power it would else learn after the system's two hours.
_SERVERS_KEEPALIVE = "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


class ServerLock(Lock):
    """One named lock and the connection that holds it."""

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__()
        self._engine = create_engine(
            engine.url, poolclass=NullPool, connect_args={**_KEEPALIVE, "options": _SERVERS_KEEPALIVE}
        )
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        self._connection: Connection | None = None

    def _take(self) -> bool:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
        return bool(taken.scalar())

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # The server ends the session of a closed connection a moment later: whoever comes next is not to wait.
            with suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock_all()"))
            connection.invalidate()
            connection.close()
        self._engine.dispose()
