"""The tables of the ledger, and every statement that writes them. Only this room reads or writes them.

Transactions that touch accounts lock them first, in the order of their names, so that no two wait for each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.sql import Update

from plimsoll.gateway.spend.escrow import Want
from plimsoll.gateway.spend.rows import DIMENSIONS, SUMS, Line, Sums, day_rows, entry_row, sorted_rows
from plimsoll.store import STATE, Moment, insert_new, insert_or_change

ERASED = "erased"
"""The subject of rows whose person was erased."""

ENTRIES = Table(
    "spend_entries",
    STATE,
    Column("entry_id", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_input_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost_nano_usd", BigInteger, nullable=True),
    Column("is_estimated", Boolean, nullable=False),
    Column("trace_id", String(32), nullable=True),
    Column("outcome", Text, nullable=False),
    Index(None, "at"),
    Index(None, "subject"),
    info={
        "tenant": "tenant",
        "subject": "subject: the caller's id, and groups: the caller's groups",
        "retention": "`[spend] keep_days`; Spend.prune deletes what is older",
        "erase": "Spend.erase(subject) takes subject, groups and trace_id out of the rows; money and tokens stay",
    },
)

DAYS = Table(
    "spend_days",
    STATE,
    Column("row_id", String(32), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("tenant", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_input_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost_nano_usd", BigInteger, nullable=False),
    Column("unknown_costs", BigInteger, nullable=False),
    Column("estimates", BigInteger, nullable=False),
    Index(None, "day"),
    info={
        "tenant": "tenant",
        "subject": "subject: the caller's id, and groups: the caller's groups",
        "retention": "kept: a few rows a day, so that spend can be compared over years",
        "erase": "Spend.erase(subject) adds the person's rows to those of `erased`; money and tokens stay",
    },
)

ACCOUNTS = Table(
    "spend_accounts",
    STATE,
    Column("account", Text, primary_key=True),
    Column("settled_nano_usd", BigInteger, nullable=False),
    info={
        "tenant": "of the allowance whose id begins the account's name",
        "subject": "of the allowance, where that is `key:<key_id>`",
        "retention": "kept: one row for each budget and period",
        "erase": "none: a sum that names nobody; Allowances.erase(subject) deletes the allowance",
    },
)

HOLDS = Table(
    "spend_holds",
    STATE,
    Column("hold_id", String(32), primary_key=True),
    Column("account", Text, nullable=False),
    Column("amount_nano_usd", BigInteger, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "account"),
    info={
        "tenant": "of the account",
        "subject": "none: money that a process has set aside for calls under way",
        "retention": "until it expires: the longest call it was made for, and 30 seconds",
        "erase": "none: it names nobody",
    },
)


class Batch(NamedTuple):
    """What one transaction writes."""

    lines: Sequence[Line]
    spent: Mapping[str, int]
    freed: Mapping[str, int]
    drained: Sequence[str]


class Total(NamedTuple):
    """A sum over days."""

    name: str
    sums: dict[str, int]


class Granted(NamedTuple):
    """The answer to wants: amounts by account, or else what is left of each account that refuses."""

    amounts: dict[str, int]
    refused: dict[str, int]


def grant_holds(connection: Connection, wants: Sequence[Want], *, now: datetime) -> Granted:
    """Set aside what is wanted in all accounts, or nothing when one of them has too little left.

    A grant is what is needed at least, and up to what is wished while that is no more than an eighth of what is left.
    """
    names = [want.account for want in wants]
    settled = _lock_accounts(connection, names)
    is_over = HOLDS.c.account.in_(names) & (HOLDS.c.expires_at <= now)
    connection.execute(delete(HOLDS).where(is_over))
    held = _held(connection, names)
    left = {want.account: want.budget - settled[want.account] - held.get(want.account, 0) for want in wants}
    refused = {want.account: left[want.account] for want in wants if left[want.account] < want.needed}
    if refused:
        return Granted({}, refused)
    amounts = {want.account: max(want.needed, min(want.wish, left[want.account] // 8)) for want in wants}
    rows = [
        {
            "hold_id": want.hold_id,
            "account": want.account,
            "amount_nano_usd": amounts[want.account],
            "expires_at": want.expires_at,
        }
        for want in wants
    ]
    insert_or_change(connection, HOLDS, rows, key=("hold_id",), replace=("expires_at",), add=("amount_nano_usd",))
    return Granted(amounts, {})


def write_batch(connection: Connection, batch: Batch) -> None:
    """Write entries, totals, accounts and holds. A batch whose first entry is there was written before: nothing is."""
    rows = [entry_row(line) for line in batch.lines]
    # Where another transaction has just inserted the first entry, this waits until it has ended.
    if rows and not insert_new(connection, ENTRIES, rows[:1]):
        return
    insert_new(connection, ENTRIES, rows[1:])
    # Accounts that are charged nothing are changed too: what is done to their holds waits for its turn like that.
    _change_each(connection, _CHARGE, batch.spent)
    _change_each(connection, _SHRINK, batch.freed)
    if batch.drained:
        connection.execute(_DROP, [{"name": name} for name in batch.drained])
    insert_or_change(connection, DAYS, day_rows(batch.lines), key=("row_id",), add=SUMS)


_CHARGE = (
    update(ACCOUNTS)
    .where(ACCOUNTS.c.account == bindparam("name"))
    .values(settled_nano_usd=ACCOUNTS.c.settled_nano_usd + bindparam("amount"))
)
_SHRINK = (
    update(HOLDS)
    .where(HOLDS.c.hold_id == bindparam("name"))
    .values(amount_nano_usd=HOLDS.c.amount_nano_usd - bindparam("amount"))
)
_DROP = delete(HOLDS).where(HOLDS.c.hold_id == bindparam("name"))


def _change_each(connection: Connection, statement: Update, amounts: Mapping[str, int]) -> None:
    if amounts:
        connection.execute(statement, [{"name": name, "amount": amounts[name]} for name in sorted(amounts)])


def _lock_accounts(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """Return what is settled in the accounts and keep others from changing them; new ones are made."""
    query = select(ACCOUNTS.c.account, ACCOUNTS.c.settled_nano_usd).where(ACCOUNTS.c.account.in_(names))
    query = query.order_by(ACCOUNTS.c.account).with_for_update()
    found = {row.account: row.settled_nano_usd for row in connection.execute(query)}
    if len(found) < len(names):
        rows = [{"account": name, "settled_nano_usd": 0} for name in sorted(names)]
        insert_new(connection, ACCOUNTS, rows)
        found = {row.account: row.settled_nano_usd for row in connection.execute(query)}
    return found


def _held(connection: Connection, names: Sequence[str], *where: ColumnElement[bool]) -> dict[str, int]:
    query = select(HOLDS.c.account, func.sum(HOLDS.c.amount_nano_usd)).where(HOLDS.c.account.in_(names), *where)
    return {name: int(total) for name, total in connection.execute(query.group_by(HOLDS.c.account))}


def sum_days(connection: Connection, since: str, *, by: str, tenant: str | None) -> list[Total]:
    """Return what was spent from a day on, added up by one of `DIMENSIONS`."""
    dimension = DAYS.c[by]
    query = select(dimension, *[func.sum(DAYS.c[name]) for name in SUMS]).where(DAYS.c.day >= since)
    if tenant is not None:
        query = query.where(DAYS.c.tenant == tenant)
    rows = connection.execute(query.group_by(dimension)).all()
    return [Total(str(row[0]), dict(zip(SUMS, (int(number) for number in row[1:]), strict=True))) for row in rows]


def read_accounts(connection: Connection, names: Sequence[str], *, now: datetime) -> dict[str, tuple[int, int]]:
    """Return what is settled in each account and what is held on it."""
    query = select(ACCOUNTS.c.account, ACCOUNTS.c.settled_nano_usd).where(ACCOUNTS.c.account.in_(names))
    settled = {name: int(amount) for name, amount in connection.execute(query)}
    held = _held(connection, names, HOLDS.c.expires_at > now)
    return {name: (settled.get(name, 0), held.get(name, 0)) for name in names}


def prune_entries(connection: Connection, oldest: datetime, *, most: int) -> int:
    """Delete entries that are older, so many at most, and holds that expired; return how many entries went."""
    connection.execute(delete(HOLDS).where(HOLDS.c.expires_at <= oldest))
    old = select(ENTRIES.c.entry_id).where(ENTRIES.c.at < oldest).limit(most)
    return connection.execute(delete(ENTRIES).where(ENTRIES.c.entry_id.in_(old))).rowcount


def erase_subject(connection: Connection, subject: str) -> int:
    """Take the person out of entries and totals; return how many entries those were."""
    nobody = {"subject": ERASED, "groups": "[]"}
    count = connection.execute(
        update(ENTRIES).where(ENTRIES.c.subject == subject).values(**nobody, trace_id=None)
    ).rowcount
    theirs = connection.execute(select(DAYS).where(DAYS.c.subject == subject)).mappings().all()
    connection.execute(delete(DAYS).where(DAYS.c.subject == subject))
    sums: Sums = {}
    for row in theirs:
        key = tuple(str({**row, **nobody}[name]) for name in DIMENSIONS)
        so_far = sums.setdefault(key, [0] * len(SUMS))
        for place, name in enumerate(SUMS):
            so_far[place] += row[name]
    insert_or_change(connection, DAYS, sorted_rows(sums), key=("row_id",), add=SUMS)
    return count
