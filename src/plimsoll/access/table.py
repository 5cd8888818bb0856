"""The table of access keys, and every statement over it. Only this room reads or writes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, RowMapping, String, Table, Text, delete, insert, select, update

from plimsoll.store import STATE, Moment

ACCESS_KEYS = Table(
    "access_keys",
    STATE,
    Column("key_id", String(16), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment, nullable=True),
    info={
        "tenant": "tenant",
        "subject": "key_id: the principal is `key:<key_id>`",
        "retention": "until erased: a revoked key stays, so that its id is known and never given out again",
        "erase": "Keys.erase(subject) deletes the row of that key",
    },
)


def add_key(connection: Connection, row: Mapping[str, object]) -> None:
    """Insert one key."""
    connection.execute(insert(ACCESS_KEYS).values(**row))


def find_key(connection: Connection, key_id: str) -> RowMapping | None:
    """Return the key's row, revoked or not, or None."""
    return connection.execute(select(ACCESS_KEYS).where(ACCESS_KEYS.c.key_id == key_id)).mappings().one_or_none()


def list_keys(connection: Connection) -> Sequence[RowMapping]:
    """Return all keys, oldest first."""
    query = select(ACCESS_KEYS).order_by(ACCESS_KEYS.c.created_at, ACCESS_KEYS.c.key_id)
    return connection.execute(query).mappings().all()


def revoke_key(connection: Connection, key_id: str, at: datetime) -> bool:
    """Mark the key as revoked, keeping an earlier moment; return whether there is such a key."""
    is_there = find_key(connection, key_id) is not None
    open_key = (ACCESS_KEYS.c.key_id == key_id) & ACCESS_KEYS.c.revoked_at.is_(None)
    connection.execute(update(ACCESS_KEYS).where(open_key).values(revoked_at=at))
    return is_there


def has_active_key(connection: Connection) -> bool:
    """Tell whether any key is not revoked."""
    query = select(ACCESS_KEYS.c.key_id).where(ACCESS_KEYS.c.revoked_at.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def delete_key(connection: Connection, key_id: str) -> int:
    """Delete the key's row and return how many there were."""
    return connection.execute(delete(ACCESS_KEYS).where(ACCESS_KEYS.c.key_id == key_id)).rowcount
