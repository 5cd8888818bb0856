"""What is counted of traces and scores: rows that change in the transaction that changes what they count."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any, Protocol, Self, TypeVar, cast

from sqlalchemy import Connection, Table

from plimsoll.traces.rollup.amounts import Amount, Amounts, Key, spread_over
from plimsoll.traces.rollup.histogram import decode, encode
from plimsoll.traces.rollup.judgements import Judgement, Judgements, ScoreKey
from plimsoll.traces.tables.schema import FIGURES, SCORE_FIGURES
from plimsoll.traces.tables.statements import Values, delete_rows, names_of, put_rows, select_rows

_LOCK = 0x506C_4669
# Nobody's figures; a row must take what a database can hold, whatever a sender claims.
_MOST = 2**62
_MARK = "\x1f"


class _Counted(Protocol):
    def add(self, other: Self, sign: int = 1) -> None: ...
    def is_nothing(self) -> bool: ...


_What = TypeVar("_What", bound=_Counted)


def lock_figures(connection: Connection) -> None:
    """Keep other writers from the figures until the transaction ends. Rows of traces are locked before, never after.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def add_figures(connection: Connection, minutes: Amounts) -> None:
    """Add what traces count to the figures of their minutes, hours and days; `lock_figures` comes first."""
    _apply(connection, FIGURES, spread_over(minutes), read=_amount, write=_amount_columns)


def add_score_figures(connection: Connection, judgements: Judgements) -> None:
    """Add what scores say to the figures; `lock_figures` comes first."""
    _apply(connection, SCORE_FIGURES, judgements, read=_judgement, write=_judgement_columns)


def _apply(
    connection: Connection,
    table: Table,
    changes: Mapping[Key, _What] | Mapping[ScoreKey, _What],
    *,
    read: Callable[[Values], _What],
    write: Callable[[_What], Values],
) -> None:
    pairs = cast("Iterable[tuple[Values, _What]]", changes.items())
    named = {_id(key): (key, change) for key, change in pairs if not change.is_nothing()}
    gone: set[str] = set()
    for row in select_rows(connection, table, names_of(table), keys=list(named)):
        name = cast("str", row[0])
        key, change = named[name]
        known = read(row)
        known.add(change)
        if known.is_nothing():
            gone.add(name)
        named[name] = (key, known)
    put_rows(
        connection, table, [(name, *key, *write(change)) for name, (key, change) in named.items() if name not in gone]
    )
    delete_rows(connection, table, sorted(gone))


def _id(key: Values) -> str:
    text = _MARK.join(map(str, key))
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


_FIRST = 1 + len(Key._fields)
_FIRST_OF_SCORES = 1 + len(ScoreKey._fields)


def _amount(row: Values) -> Amount:
    *numbers, latencies = cast("tuple[Any, ...]", row[_FIRST:])
    return Amount(*numbers, latencies=decode(bytes(latencies)))


def _amount_columns(amount: Amount) -> Values:
    numbers = (amount.count, amount.unpriced, amount.cost)
    tokens = (amount.input_tokens, amount.output_tokens, amount.cached_tokens)
    return (*(min(number, _MOST) for number in (*numbers, *tokens)), encode(amount.latencies))


def _judgement(row: Values) -> Judgement:
    return Judgement(*cast("tuple[Any, ...]", row[_FIRST_OF_SCORES:]))


def _judgement_columns(judgement: Judgement) -> Values:
    numbers = (judgement.judged, judgement.missing, judgement.weight, judgement.passed)
    return tuple(max(-_MOST, min(number, _MOST)) for number in numbers)
