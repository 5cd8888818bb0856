"""Reading figures: for each stretch of time the coarsest rows that fit into it."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, literal, select

from plimsoll.traces.figures import FigureFilter
from plimsoll.traces.rollup.amounts import RESOLUTIONS
from plimsoll.traces.tables.schema import FIGURES, SCORE_FIGURES
from plimsoll.traces.tables.statements import Values

_SPLIT_BY = {"model": "name"}
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


def read_both(
    connection: Connection, *, where: FigureFilter, stretches: list[Stretch]
) -> tuple[list[Values], list[Values]]:
    """Return what was counted and what was judged, over one snapshot."""
    return _read_figures(connection, where, stretches), _read_score_figures(connection, where, stretches)


def _read_figures(connection: Connection, where: FigureFilter, stretches: list[Stretch]) -> list[Values]:
    """Return start, key of the series, outcome, error class, and what was counted."""
    key = FIGURES.c[_SPLIT_BY.get(where.by, where.by)] if where.by else literal("")
    columns = (
        FIGURES.c.start,
        key.label("key"),
        FIGURES.c.outcome,
        FIGURES.c.error_class,
        *(FIGURES.c[name] for name in ("count", "unpriced", "cost", "input_tokens", "output_tokens", "cached_tokens")),
        FIGURES.c.latencies,
    )
    narrowed = [*_narrowed(FIGURES, where), FIGURES.c.kind == where.kind]
    if where.name is not None:
        narrowed.append(FIGURES.c.name == where.name)
    query = select(*columns).where(*narrowed)
    return [tuple(row) for each in stretches for row in connection.execute(query.where(*_within(FIGURES, each)))]


def _read_score_figures(
    connection: Connection, where: FigureFilter, stretches: list[Stretch]
) -> list[tuple[object, ...]]:
    """Return start, key of the series, name of the score, and what was judged."""
    if where.by not in _SPLITS_SCORES or where.kind != "request" or where.name is not None:
        return []
    key = SCORE_FIGURES.c[where.by] if where.by else literal("")
    named = ("name", "judged", "missing", "weight", "passed")
    query = select(SCORE_FIGURES.c.start, key.label("key"), *(SCORE_FIGURES.c[name] for name in named))
    narrowed = query.where(*_narrowed(SCORE_FIGURES, where))
    return [
        tuple(row) for each in stretches for row in connection.execute(narrowed.where(*_within(SCORE_FIGURES, each)))
    ]


def _within(table: Table, stretch: Stretch) -> list[ColumnElement[bool]]:
    return [table.c.seconds == stretch.seconds, table.c.start >= stretch.start, table.c.start < stretch.end]


def _narrowed(table: Table, where: FigureFilter) -> list[ColumnElement[bool]]:
    wanted = {"tenant": where.tenant, "feature": where.feature, "variant": where.variant}
    clauses: list[ColumnElement[bool]] = [table.c[name] == value for name, value in wanted.items() if value is not None]
    if where.is_evaluation is not None:
        clauses.append(table.c.is_evaluation if where.is_evaluation else ~table.c.is_evaluation)
    return clauses
