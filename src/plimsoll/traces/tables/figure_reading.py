"""Reading figures: for each stretch of time the coarsest rows that fit into it."""

from collections.abc import Iterator
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, Executable, Table, func, literal, select, text

from plimsoll.traces.figures import FigureFilter
from plimsoll.traces.rollup.amounts import RESOLUTIONS
from plimsoll.traces.tables.schema import FIGURES, SCORE_FIGURES
from plimsoll.traces.tables.statements import Values

_SPLIT_BY = {"model": "name"}
_SUMMED = ("count", "unpriced", "cost", "input_tokens", "output_tokens", "cached_tokens")
_SPLITS_SCORES = {"", "variant", "feature"}


class Stretch(NamedTuple):
    """A stretch of time that rows of one resolution fill, in seconds since 1970."""

    seconds: int
    start: int
    end: int


def find_stretches(start: int, end: int, *, step: int) -> Iterator[Stretch]:
    """Yield the stretches that make up the time from `start` to `end`, both whole minutes, in no order.

    A row never lies across two steps: only resolutions that a step is a multiple of are used.
    """
    rest = [(start, end)]
    for seconds in (each for each in reversed(RESOLUTIONS) if step % each == 0):
        left: list[tuple[int, int]] = []
        for first, last in rest:
            inner = -(-first // seconds) * seconds, last // seconds * seconds
            if inner[0] >= inner[1]:
                left.append((first, last))
                continue
            yield Stretch(seconds, *inner)
            left += [part for part in ((first, inner[0]), (inner[1], last)) if part[0] < part[1]]
        rest = left


class FigureRows(NamedTuple):
    """What the tables say, over one snapshot."""

    counted: list[Values]
    """Beginning of the step, key of the series, outcome, error class, the histograms of latencies one behind the
    other, which are merged outside, and the sums of what was counted."""
    judged: list[Values]
    """Beginning of the row, key of the series, name of the score, and what was judged."""


def read_rows(connection: Connection, *, where: FigureFilter, stretches: list[Stretch], step: int) -> FigureRows:
    """Return the rows that the filter lets through, and fit into these stretches."""
    key = FIGURES.c[_SPLIT_BY.get(where.by, where.by)] if where.by else literal("")
    begun = FIGURES.c.start - FIGURES.c.start % step
    told = (begun.label("begun"), key.label("key"), FIGURES.c.outcome, FIGURES.c.error_class)
    narrowed = [*_narrowed(connection, FIGURES, where), FIGURES.c.kind == where.kind]
    if where.name is not None:
        narrowed.append(FIGURES.c.name == where.name)
    sums = select(*told, _joined(connection), *(func.sum(FIGURES.c[name]) for name in _SUMMED)).where(*narrowed)
    sums = sums.group_by(text("begun"), text("key"), FIGURES.c.outcome, FIGURES.c.error_class)
    return FigureRows(
        counted=[row for each in stretches for row in _fetch(connection, sums.where(*_within(FIGURES, each)))],
        judged=_read_judged(connection, where, stretches),
    )


def _joined(connection: Connection) -> ColumnElement[bytes | str]:
    """Return histograms one behind the other: as bytes, or as hexadecimal digits where bytes cannot be joined."""
    if connection.dialect.name == "sqlite":
        return func.group_concat(func.hex(FIGURES.c.latencies), "")
    return func.string_agg(FIGURES.c.latencies, literal(b""))


def _read_judged(connection: Connection, where: FigureFilter, stretches: list[Stretch]) -> list[Values]:
    if where.by not in _SPLITS_SCORES or where.kind != "request" or where.name is not None:
        return []
    key = SCORE_FIGURES.c[where.by] if where.by else literal("")
    named = ("name", "judged", "missing", "weight", "passed")
    query = select(SCORE_FIGURES.c.start, key.label("key"), *(SCORE_FIGURES.c[name] for name in named))
    narrowed = query.where(*_narrowed(connection, SCORE_FIGURES, where))
    return [row for each in stretches for row in _fetch(connection, narrowed.where(*_within(SCORE_FIGURES, each)))]


def _fetch(connection: Connection, query: Executable) -> list[Values]:
    # The driver's own rows: making SQLAlchemy's of tens of thousands takes longer than reading them.
    cursor = connection.execute(query).cursor
    return [] if cursor is None else cast("list[Values]", cursor.fetchall())


def _within(table: Table, stretch: Stretch) -> list[ColumnElement[bool]]:
    return [table.c.seconds == stretch.seconds, table.c.start >= stretch.start, table.c.start < stretch.end]


def _narrowed(connection: Connection, table: Table, where: FigureFilter) -> list[ColumnElement[bool]]:
    wanted = {"feature": where.feature, "variant": where.variant}
    clauses: list[ColumnElement[bool]] = [table.c[name] == value for name, value in wanted.items() if value is not None]
    # The index begins with the tenant: all of them are named, so that it is used for all of them as well.
    tenants = _list_tenants(connection, table) if where.tenant is None else [where.tenant]
    clauses.append(table.c.tenant.in_(tenants))
    if where.is_evaluation is not None:
        clauses.append(table.c.is_evaluation if where.is_evaluation else ~table.c.is_evaluation)
    return clauses


def _list_tenants(connection: Connection, table: Table) -> list[str]:
    """Return all tenants that something was counted of, each by one step in the index."""
    first = select(func.min(table.c.tenant).label("tenant")).cte("tenants", recursive=True)
    after = select(func.min(table.c.tenant)).where(table.c.tenant > first.c.tenant).scalar_subquery()
    known = first.union_all(select(after).where(first.c.tenant.is_not(None)))
    return list(connection.execute(select(known.c.tenant).where(known.c.tenant.is_not(None))).scalars())
