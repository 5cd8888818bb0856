"""Where a database is, read from its URL, and how to name it without giving a password away."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from plimsoll.errors import InvalidSettings
from plimsoll.records import Secret

_FORMS = "'sqlite:///path/to/state.db' or 'postgresql://user:password@host:5432/name'"


@dataclass(frozen=True)
class Address:
    """A database's place."""

    url: URL
    """The URL with its driver; it may hold a password."""
    file: Path | None
    """The file of an SQLite database; None for a server."""
    shown: str
    """The place as messages name it: the file, or the URL without password and options."""

    @property
    def is_sqlite(self) -> bool:
        """Tell whether it is a file of this machine."""
        return self.file is not None


def parse_address(url: Secret | str) -> Address:
    """Read a database URL; raise InvalidSettings when it names no SQLite file and no PostgreSQL server."""
    try:
        parsed = make_url(url.reveal() if isinstance(url, Secret) else url)
    except (ArgumentError, ValueError):
        raise InvalidSettings("The database URL cannot be read.", next_step=f"Write it as {_FORMS}.") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite_address(parsed)
    if backend in {"postgresql", "postgres"}:
        bare = URL.create("postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database)
        return Address(parsed.set(drivername="postgresql+psycopg"), None, bare.render_as_string())
    raise InvalidSettings(f"There is no store for {backend!r} databases.", next_step=f"Write the URL as {_FORMS}.")


def _sqlite_address(parsed: URL) -> Address:
    if not parsed.database or parsed.database == ":memory:":
        raise InvalidSettings(
            "An SQLite database in memory cannot be shared by several connections.",
            next_step="Name a file: 'sqlite:///path/to/state.db'.",
        )
    file = Path(parsed.database).expanduser().absolute()
    return Address(URL.create("sqlite+pysqlite", database=str(file)), file, str(file))
