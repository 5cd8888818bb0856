"""How large a database is, its write-ahead log and indexes included. Only `Store` calls it."""

from pathlib import Path

from sqlalchemy import Connection, text


def measure_file(file: Path) -> int:
    """Return the bytes of an SQLite file and its log; what is not there counts as nothing."""
    parts = [file, file.with_name(f"{file.name}-wal")]
    return sum(part.stat().st_size for part in parts if part.exists())


def measure_server(connection: Connection) -> int:
    """Return the bytes of the PostgreSQL database that the connection leads to."""
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
