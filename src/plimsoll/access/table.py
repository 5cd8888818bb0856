"""The tables of access keys and of allowances, and every statement over it. Only this room reads or writes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from plimsoll.records import Allowance
from plimsoll.store import STATE, Moment, insert_or_change

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

ALLOWANCES = Table(
    "allowances",
    STATE,
    Column("allowance_id", String(32), primary_key=True),
    Column("applies_to", Text, nullable=False),
    Column("period", String(8), nullable=False),
    Column("requests_per_minute", Integer, nullable=True),
    Column("tokens_per_minute", BigInteger, nullable=True),
    Column("concurrent", Integer, nullable=True),
    Column("budget_nano_usd", BigInteger, nullable=True),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("applies_to", "period"),
    info={
        "tenant": "none of its own: applies_to names whom it limits, `tenant:NAME` where that is a tenant",
        "subject": "applies_to, where it is `key:<key_id>`",
        "retention": "until removed",
        "erase": "Allowances.erase(subject) deletes the allowances of that key",
    },
)
_NANO = 1_000_000_000
"""Money is kept in billionths of a US dollar, as whole numbers, so that sums are exact."""
_WITHIN_A_SUM = 1 << 40
"""Moments are added modulo this many microseconds (13 days), so that the sum of 10,000 fits 64 bits."""


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


def put_allowance(connection: Connection, wanted: Allowance, *, at: datetime, most: int) -> list[Allowance] | None:
    """Insert the allowance, or change the numbers of the one of that owner and period; return all there are then.

    None, and no change, when it would be a new one beyond the most there may be.
    """
    row = _row_of(wanted) | {"changed_at": at}
    numbers = [name for name in row if name not in {"allowance_id", "applies_to", "period"}]
    insert_or_change(connection, ALLOWANCES, [row], key=("applies_to", "period"), replace=numbers)
    kept = list_allowances(connection)
    if len(kept) <= most:
        return kept
    connection.execute(delete(ALLOWANCES).where(ALLOWANCES.c.allowance_id == wanted.allowance_id))
    return None


def remove_allowances(
    connection: Connection, applies_to: str, *, period: str | None = None
) -> tuple[int, list[Allowance]]:
    """Delete the owner's allowances, of one period or of all; return how many there were and those that are left."""
    where = ALLOWANCES.c.applies_to == applies_to
    if period is not None:
        where &= ALLOWANCES.c.period == period
    return connection.execute(delete(ALLOWANCES).where(where)).rowcount, list_allowances(connection)


def list_allowances(connection: Connection) -> list[Allowance]:
    """Return all allowances by owner and period."""
    query = select(ALLOWANCES).order_by(ALLOWANCES.c.applies_to, ALLOWANCES.c.period)
    return [_allowance_of(row) for row in connection.execute(query).mappings()]


def changed_allowances(connection: Connection, seen: tuple[int, int]) -> tuple[tuple[int, int], list[Allowance] | None]:
    """Return how the table stands and what it holds, or None for that where it stands as it was seen.

    How it stands are two numbers that differ after any change: how many rows there are, and the sum of when each was
    changed.
    """
    moments = type_coerce(ALLOWANCES.c.changed_at, BigInteger) % _WITHIN_A_SUM
    count, total = connection.execute(select(func.count(), func.sum(moments)).select_from(ALLOWANCES)).one()
    now = (int(count), int(total or 0))
    return now, None if now == seen else list_allowances(connection)


def _row_of(allowance: Allowance) -> dict[str, object]:
    row: dict[str, object] = msgspec.structs.asdict(allowance)
    budget = row.pop("budget_usd")
    return row | {"budget_nano_usd": round(budget * _NANO) if isinstance(budget, int | float) else None}


def _allowance_of(row: RowMapping) -> Allowance:
    budget = row["budget_nano_usd"]
    return Allowance(
        allowance_id=row["allowance_id"],
        applies_to=row["applies_to"],
        requests_per_minute=row["requests_per_minute"],
        tokens_per_minute=row["tokens_per_minute"],
        concurrent=row["concurrent"],
        budget_usd=None if budget is None else budget / _NANO,
        period=row["period"],
    )
