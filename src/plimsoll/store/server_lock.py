"""A lock that one process holds among all that use one PostgreSQL; the server gives it back when the process ends.

`Store.hold` takes it. SQLite needs none: its processes share a machine, and a file lock keeps them apart.
"""

import hashlib
import threading

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

_KEEPALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "connect_timeout": 5}


class ServerLock:
    """One named lock and the connection that holds it. Every method blocks."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = create_engine(engine.url, poolclass=NullPool, connect_args=_KEEPALIVE)
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        self._connection: Connection | None = None
        # Who gives up waiting may give the lock back while a thread is still taking it.
        self._turn = threading.Lock()
        self._is_over = False

    def take(self) -> bool:
        """Try to take the lock; tell whether it is held now."""
        with self._turn:
            if self._is_over:
                return False
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
            return bool(taken.scalar())

    def give_back(self) -> None:
        """Close the connection, and with it the lock, for good; doing so again does nothing."""
        with self._turn:
            self._is_over = True
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.invalidate()
                connection.close()
            self._engine.dispose()
