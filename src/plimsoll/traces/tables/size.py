"""How much the traces take, told cheaply; and giving pages of SQLite back that nothing takes any more."""

from typing import NamedTuple, cast

from sqlalchemy import Connection, func, select

from plimsoll.traces.tables.schema import SPANS, SUMMARIES

_SAMPLED_PERCENT = 1
_FEW_SPANS = 100_000
# A row of the list, its place in the indexes and the light columns of a span; content is measured.
_FIXED_BYTES = 700
_CONTENT = ("attributes", "events", "input_text", "output_text")
_INCREMENTAL = 2


class Size(NamedTuple):
    """What traces take in their database."""

    used_bytes: int
    """What they take, without free pages."""
    file_bytes: int
    """What the database takes on the disk."""
    bytes_per_span: float
    """Used bytes by spans; 0 when there are none."""


def measure_size(connection: Connection) -> Size:
    """Return how much the traces take now."""
    spans = int(connection.execute(select(func.coalesce(func.sum(SUMMARIES.c.span_count), 0))).scalar_one())
    return (
        _size_of_file(connection, spans) if connection.dialect.name == "sqlite" else _size_on_server(connection, spans)
    )


class FreePages(NamedTuple):
    """What nothing takes in an SQLite file."""

    free: int
    """Pages that hold nothing."""
    pages: int
    """All pages."""
    can_go: bool
    """Whether they can be given back in small steps: of files made since traces are pruned by size."""


def count_free_pages(connection: Connection) -> FreePages:
    """Return how much of an SQLite file is free; nothing in PostgreSQL, which uses it again by itself."""
    if connection.dialect.name != "sqlite":
        return FreePages(0, 0, can_go=False)
    return FreePages(
        _pragma(connection, "freelist_count"),
        _pragma(connection, "page_count"),
        can_go=_pragma(connection, "auto_vacuum") == _INCREMENTAL,
    )


def shrink(connection: Connection, *, pages: int) -> None:
    """Give back so many free pages of SQLite."""
    # The pragma frees one page a step, and the driver takes no second step of a statement without columns.
    cursor = connection.connection.cursor()
    for _ in range(pages):
        cursor.execute("PRAGMA incremental_vacuum(1)")
    cursor.close()


def _size_of_file(connection: Connection, spans: int) -> Size:
    free, pages, _ = count_free_pages(connection)
    page_bytes = _pragma(connection, "page_size")
    used = (pages - free) * page_bytes
    return Size(used, pages * page_bytes, used / spans if spans else 0.0)


def _pragma(connection: Connection, name: str) -> int:
    return cast("int", connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _size_on_server(connection: Connection, spans: int) -> Size:
    """Estimate from a sample: files of PostgreSQL do not shrink when rows go, so their size says nothing."""
    source = SPANS if spans < _FEW_SPANS else SPANS.tablesample(func.system(_SAMPLED_PERCENT))
    stored = [func.coalesce(func.pg_column_size(source.c[name]), 0) for name in _CONTENT]
    average = connection.execute(select(func.avg(stored[0] + stored[1] + stored[2] + stored[3]))).scalar_one()
    per_span = float(average or 0) + _FIXED_BYTES
    file_bytes = sum(_relation_bytes(connection, name) for name in ("spans", "traces", "scores"))
    return Size(int(spans * per_span), file_bytes, per_span if spans else 0.0)


def _relation_bytes(connection: Connection, name: str) -> int:
    return int(connection.execute(select(func.pg_total_relation_size(name))).scalar_one())
