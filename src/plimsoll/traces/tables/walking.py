"""Traces by words: from the signatures to the spans that may have them, the youngest first, to those that do.

A search ends when a page is full and nothing younger can come, when all was looked at, or when its time is up.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, case, select, true

from plimsoll.traces.records import TraceFilter, TraceOrder, TrafficKind
from plimsoll.traces.search.blocks import (
    KEY,
    SLICES_A_PART,
    Keys,
    is_left,
    map_parts,
    match_parts,
    match_signatures,
    may_hold,
    read_keys,
    read_signatures,
    tenant_check,
)
from plimsoll.traces.search.signatures import bits_of, fold_case, places_of
from plimsoll.traces.tables.filtering import narrow, order_of
from plimsoll.traces.tables.reading import select_summaries
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import SPANS, SUMMARIES
from plimsoll.traces.tables.texts import Said, list_blocks, read_blocks, read_parts, read_texts

_FIRST_BLOCKS = 4
_MOST_BLOCKS = 64
_LOOKED_AT = 200
_FEW = 2_000
_BEGINNING = -(2**63)
_NOWHERE = np.zeros(0, np.intp)


@dataclass
class Found:
    """What a search came to."""

    rows: list[Row] = field(default_factory=list[Row])
    """The traces of the page, with the content of their heads, in the order of the filter."""
    reached_ns: int | None = None
    """The beginning down to which was looked when the time was up; None when all was looked at that matters."""


def find_words(connection: Connection, *, where: TraceFilter, seconds: float) -> Found | None:
    """Return the traces with these words that the filter lets through; None when `before` names no trace."""
    plain = msgspec.structs.replace(where, text=None)
    passes = narrow(connection, plain)
    if where.before is not None:
        order = order_of(where.sort)
        last = connection.execute(select(order.key).where(SUMMARIES.c.trace_id == where.before)).first()
        if last is None:
            return None
        passes.append(order.behind(last[0], where.before))

    def let_through(trace_ids: Sequence[str]) -> list[Row]:
        # As one value, in which no index has a part: the rows are those of the ids.
        wanted = case((and_(true(), *passes), 1), else_=0) == 1
        return rows_of(connection, select_summaries().where(SUMMARIES.c.trace_id.in_(trace_ids), wanted))

    hunt = _Hunt(where, ends=time.monotonic() + seconds, let_through=let_through)
    few = _few(connection, where)
    if few is not None:
        return hunt.among(connection, few)
    return hunt.everywhere(connection)


def _few(connection: Connection, where: TraceFilter) -> list[tuple[str, int]] | None:
    """Return the traces that the other filters leave where those are few: their spans are read without the index."""
    asked = msgspec.structs.replace(where, text=None, tenant=None, seen_by=None, sort=TraceOrder.NEWEST, limit=50)
    if where.traffic in {TrafficKind.LIVE, TrafficKind.ALL}:
        # Most are; nothing is narrowed by it.
        asked = msgspec.structs.replace(asked, traffic=None)
    if asked == TraceFilter(before=where.before):
        return None
    query = select(SUMMARIES.c.trace_id, SUMMARIES.c.start_ns).where(
        *narrow(connection, msgspec.structs.replace(where, text=None))
    )
    few = connection.execute(query.order_by(SUMMARIES.c.start_ns.desc()).limit(_FEW + 1)).all()
    return None if len(few) > _FEW else [(name, start) for name, start in few]


class _Hunt:
    """One search: what was found so far, and whether it may end."""

    def __init__(self, where: TraceFilter, *, ends: float, let_through: Callable[[Sequence[str]], list[Row]]) -> None:
        self._where = where
        self._ends = ends
        self._let_through = let_through
        self._words = fold_case(where.text or "")
        self._bits = bits_of(where.text or "")
        self._places = places_of(where.text or "")
        self._seen: set[str] = set()
        self._rows: list[Row] = []

    def among(self, connection: Connection, traces: Sequence[tuple[str, int]]) -> Found:
        """Look at every span of these traces, the youngest first."""
        columns = (SPANS.c.trace_id, SPANS.c.start_ns, SPANS.c.name, SPANS.c.error, SPANS.c.input_text)
        for begin in range(0, len(traces), _LOOKED_AT):
            if begin and time.monotonic() > self._ends:
                return self._end(reached_ns=traces[begin][1])
            names = [name for name, _ in traces[begin : begin + _LOOKED_AT]]
            query = select(*columns, SPANS.c.output_text).where(SPANS.c.trace_id.in_(names))
            self._take(Said._make(row) for row in connection.execute(query))
            behind = traces[begin + _LOOKED_AT : begin + _LOOKED_AT + 1]
            if behind and self._is_full(behind[0][1]):
                break
        return self._end()

    def everywhere(self, connection: Connection) -> Found:
        """Look at the spans whose signatures have the bits of the words, the youngest first."""
        has_looked = False
        for keys, floor in self._candidates(connection):
            for begin in range(0, len(keys), _LOOKED_AT):
                some = keys[begin : begin + _LOOKED_AT]
                # Something is looked at however short the time, so that a search that goes on comes further.
                if has_looked and time.monotonic() > self._ends:
                    return self._end(reached_ns=int(some["start"][0]))
                has_looked = True
                self._take(iter(read_texts(connection, some)))
                behind = keys[begin + _LOOKED_AT :]
                if self._is_full(int(behind["start"][0]) if len(behind) else floor):
                    return self._end()
            if has_looked and time.monotonic() > self._ends and floor > _BEGINNING:
                return self._end(reached_ns=floor)
        return self._end()

    def _take(self, said: Iterator[Said]) -> None:
        having = {one.trace_id for one in said if one.trace_id not in self._seen and one.has(self._words)}
        self._seen |= having
        if having:
            self._rows += self._let_through(sorted(having))

    def _is_full(self, next_ns: int) -> bool:
        """Tell whether the page is full and no trace that comes later can stand on it."""
        if self._where.sort is not TraceOrder.NEWEST or len(self._rows) < self._where.limit:
            return False
        starts = sorted((int(str(row["start_ns"])) for row in self._rows), reverse=True)
        return starts[self._where.limit - 1] > next_ns

    def _end(self, *, reached_ns: int | None = None) -> Found:
        by = order_of(self._where.sort).name
        rows = sorted(self._rows, key=lambda row: (_weigh(row[by]), str(row["trace_id"])), reverse=True)
        return Found(rows[: self._where.limit], reached_ns)

    def _candidates(self, connection: Connection) -> Iterator[tuple[Keys, int]]:
        """Yield spans that may have the words, the youngest first, with a moment that no later one began after."""
        blocks = list_blocks(connection)
        waiting = np.zeros(0, KEY)
        size, begin = _FIRST_BLOCKS, 0
        while begin < len(blocks):
            some = blocks[begin : begin + size]
            begin, size = begin + size, min(2 * size, _MOST_BLOCKS)
            waiting = np.concatenate([waiting, *self._matches(connection, some)])
            waiting = waiting[np.argsort(-waiting["start"], kind="stable")]
            floor = int(str(blocks[begin]["last_ns"])) if begin < len(blocks) else _BEGINNING
            ready = int(np.searchsorted(-waiting["start"], -floor, side="right"))
            yield waiting[:ready], floor
            waiting = waiting[ready:]

    def _matches(self, connection: Connection, blocks: Sequence[Row]) -> Iterator[Keys]:
        sliced = [int(str(block["block_id"])) for block in blocks if block["is_sliced"]]
        places: dict[int, NDArray[np.intp] | None] = {}
        if self._places and sliced:
            maps = read_parts(connection, sliced, map_parts(self._places))
            places = {name: _NOWHERE for name in sliced if not may_hold(maps.get(name, {}), self._places)}
            sliced = [name for name in sliced if name not in places]
        if self._bits and sliced:
            numbers = sorted({bit // SLICES_A_PART for bit in self._bits})
            for block_id, parts in read_parts(connection, sliced, numbers).items():
                places[block_id] = match_parts(parts, self._bits)
        wanted = [name for name in (int(str(block["block_id"])) for block in blocks) if self._may_match(places, name)]
        for block_id, block in read_blocks(connection, wanted).items():
            keys = read_keys(bytes(block["members"]))  # pyright: ignore[reportArgumentType]
            if (at := places.get(block_id)) is None and self._bits and block["signatures"] is not None:
                at = match_signatures(read_signatures(bytes(block["signatures"])), self._bits)  # pyright: ignore[reportArgumentType]
            keys = keys if at is None else keys[at]
            keys = keys[is_left(keys)]
            yield keys if self._where.tenant is None else keys[keys["tenant"] == tenant_check(self._where.tenant)]

    @staticmethod
    def _may_match(places: dict[int, NDArray[np.intp] | None], block_id: int) -> bool:
        at = places.get(block_id)
        return at is None or len(at) > 0


def _weigh(figure: object) -> float:
    return _BEGINNING if figure is None else cast("float", figure)
