"""From pages of stored traces to a file that is there as a whole or not at all.

Pages are read one after the other and written in groups of rows, so that the memory does not grow with the export. It
is written beside the file under another name, which it takes when it is finished.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from plimsoll.errors import InvalidRequest, one_of
from plimsoll.records import new_span_id
from plimsoll.store import Store, explain_file_error
from plimsoll.traces.export.asked import ExportAsked, Exported
from plimsoll.traces.export.columns import ExportColumn, ExportRow, columns_of, fill_row
from plimsoll.traces.export.parquet import Parquet
from plimsoll.traces.export.plain import Csv, JsonLines
from plimsoll.traces.records import TraceFilter
from plimsoll.traces.tables.reading import read_page
from plimsoll.traces.tables.rows_of import Row
from plimsoll.traces.tables.steps import SpanPlace, read_spans_of

_PAGE = 200
_SPANS_AT_ONCE = 500
_ROWS_OF_GROUP = 10_000
_CHARACTERS_OF_GROUP = 16 * 2**20

Told = Callable[[int], None]
"""Is told how many traces were written so far."""


class _Writer(Protocol):
    def write(self, rows: Sequence[ExportRow]) -> None: ...
    def close(self) -> None: ...


_FORMS: dict[str, Callable[[Path, tuple[ExportColumn, ...]], _Writer]] = {
    ".parquet": Parquet,
    ".jsonl": JsonLines,
    ".csv": Csv,
}


async def export_traces(store: Store, asked: ExportAsked, *, told: Told) -> Exported:
    """Write the traces to the file; whatever ends it early leaves no file and the one that was there before.

    Raises InvalidRequest for a form that there is not, MissingPart, DiskFull, StoreUnavailable.
    """
    form = _FORMS.get(asked.path.suffix.lower())
    if form is None:
        raise InvalidRequest(f"{asked.path.name!r} says no form: its name must end in {one_of(_FORMS)}.")
    columns = columns_of(has_spans=asked.has_spans, has_content=asked.has_content)
    partial_path = asked.path.with_name(f".{asked.path.name}.{new_span_id()}.partial")
    try:
        try:
            written = await _write(
                store, asked, writer=partial(form, partial_path, columns), columns=columns, told=told
            )
            await asyncio.to_thread(_put_in_place, partial_path, asked.path)
        finally:
            with suppress(FileNotFoundError):
                partial_path.unlink()
    except OSError as error:
        raise explain_file_error(error, str(asked.path)) from error
    return msgspec.structs.replace(written, size_bytes=asked.path.stat().st_size)


async def _write(
    store: Store,
    asked: ExportAsked,
    *,
    writer: Callable[[], _Writer],
    columns: tuple[ExportColumn, ...],
    told: Told,
) -> Exported:
    group = _Group(await asyncio.to_thread(writer))
    traces = 0
    try:
        async for page in _pages(store, asked):
            if asked.has_spans:
                async for spans in _spans(store, page):
                    await group.add([fill_row(row, columns, has_content=asked.has_content) for row in spans])
            else:
                await group.add([fill_row(row, columns, has_content=asked.has_content) for row in page])
            traces += len(page)
            told(traces)
    finally:
        await group.close()
    return Exported(path=asked.path, traces=traces, rows=group.rows, size_bytes=0)


class _Group:
    """Gathers rows until they are worth a row group."""

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        self._waiting: list[ExportRow] = []
        self._characters = 0
        self.rows = 0

    async def add(self, rows: list[ExportRow]) -> None:
        self._waiting += rows
        self.rows += len(rows)
        self._characters += sum(len(value) for row in rows for value in row.values() if isinstance(value, str))
        if len(self._waiting) >= _ROWS_OF_GROUP or self._characters >= _CHARACTERS_OF_GROUP:
            await self._write()

    async def close(self) -> None:
        """Write what waits and finish, also when it was cancelled: a file that is still open cannot be taken away."""
        try:
            if self._waiting:
                await self._write()
        finally:
            await asyncio.shield(asyncio.to_thread(self._writer.close))

    async def _write(self) -> None:
        waiting, self._waiting, self._characters = self._waiting, [], 0
        await asyncio.to_thread(self._writer.write, waiting)


async def _pages(store: Store, asked: ExportAsked) -> AsyncIterator[list[Row]]:
    """Yield the traces, newest first; one that is pruned between two pages is passed over."""
    where = msgspec.structs.replace(asked.where, tenant=asked.tenant, sort="newest", before=None, limit=_PAGE)
    left = asked.most if asked.most is not None else 2**62
    page = await store.read(partial(read_page, where=where))
    while page and left > 0:
        page = page[:left]
        yield page
        left -= len(page)
        page = await _next_page(store, where, behind=[str(row["trace_id"]) for row in page])


async def _next_page(store: Store, where: TraceFilter, *, behind: Sequence[str]) -> list[Row]:
    """Return what follows the page before, of which the last traces may be gone meanwhile."""
    for last in reversed(behind):
        page = await store.read(partial(read_page, where=msgspec.structs.replace(where, before=last)))
        if page is not None:
            return [row for row in page if row["trace_id"] not in behind]
    return []


async def _spans(store: Store, page: Sequence[Row]) -> AsyncIterator[list[Row]]:
    trace_ids = [str(row["trace_id"]) for row in page]
    place = SpanPlace(0, None)
    while place.trace < len(trace_ids):
        spans, place = await store.read(partial(read_spans_of, trace_ids=trace_ids, place=place, limit=_SPANS_AT_ONCE))
        yield spans


def _put_in_place(written: Path, path: Path) -> None:
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(path)
