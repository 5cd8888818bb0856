"""Searching traces for words, over SQLite and PostgreSQL: what is found, and what is left after deleting."""

import json
from datetime import timedelta
from functools import partial

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, delete, func, select, update

from plimsoll.errors import InvalidRequest
from plimsoll.records import Attribute, Span
from plimsoll.store import Store
from plimsoll.traces import Keep, TraceFilter, Traces
from plimsoll.traces.search.blocks import BLOCK_SPANS, MAP_PART, Keys, is_left, read_keys, read_signatures
from plimsoll.traces.search.signatures import BITS
from plimsoll.traces.tables.cleaning import blank_gone, clean_parts, mark_stale
from plimsoll.traces.tables.deleting import delete_hidden, hide_trace
from plimsoll.traces.tables.schema import SPANS, SUMMARIES, TEXT_BLOCKS, TEXT_PARTS

from contract.traces.test_traces import START, span, trace_id, write

pytestmark = pytest.mark.anyio
MANY = BLOCK_SPANS + 500
_IS_SLICED = and_(TEXT_BLOCKS.c.block_id == TEXT_PARTS.c.block_id, TEXT_BLOCKS.c.is_sliced)


def said(number: int, words: str, /, **more: str) -> Span:
    """Return a trace of one span, a second after the one before, that was asked the words."""
    start = int((START + timedelta(seconds=number)).timestamp()) * 10**9
    asked: dict[str, Attribute] = {"plimsoll.input": json.dumps({"text": words}, ensure_ascii=False)}
    asked |= {f"plimsoll.{name}": one for name, one in more.items()}
    return Span(
        trace_id=f"{number:032x}", span_id="1" * 16, name="put", start_ns=start, end_ns=start + 1, attributes=asked
    )


async def found(traces: Traces, words: str, *, tenant: str | None = None) -> list[int]:
    page = await traces.page(TraceFilter(text=words, tenant=tenant), seconds=30)
    assert page.reached is None
    return [int(one.trace_id, 16) for one in page.traces]


async def test_words_of_every_step_are_found_whatever_their_case(store: Store, traces: Traces):
    child = span(1, 2, 1, plimsoll__output="The ÄPFEL are in the Küche.")
    await write(store, span(1, 1, plimsoll__input="Where is it?"), child, span(2, 1))
    for words in ("äpfel", "Äpfel are", "KÜCHE.", "where IS it"):
        assert [one.trace_id for one in await traces.list(TraceFilter(text=words))] == [trace_id(1)]
    assert await traces.list(TraceFilter(text="pears")) == []


@pytest.mark.parametrize("words", ["a", "ab", "é"])
async def test_words_too_short_for_a_signature_are_found_by_looking(store: Store, traces: Traces, words: str):
    await write(store, said(1, f"x{words}y"), said(2, "zzz"))
    assert await found(traces, words) == [1]


async def test_after_a_block_is_sliced_its_spans_and_those_behind_it_are_found(store: Store, traces: Traces):
    words = {7: "zephyrine", MANY // 2: "quokka", MANY - 1: "zephyrine"}
    await write(store, *(said(number, f"parcel {words.get(number, '')}", tenant="acme") for number in range(1, MANY)))
    assert await store.read(lambda c: c.execute(select(TEXT_PARTS.c.part)).all()) != []
    assert await found(traces, "ZEPHYRINE") == [MANY - 1, 7]
    assert await found(traces, "quokka", tenant="acme") == [MANY // 2]
    assert await found(traces, "quokka", tenant="other") == []
    first = await traces.list(TraceFilter(text="parcel", limit=3))
    second = await traces.list(TraceFilter(text="parcel", limit=3, before=first[-1].trace_id))
    assert [int(one.trace_id, 16) for one in (*first, *second)] == list(range(MANY - 1, MANY - 7, -1))


async def test_words_that_no_block_holds_are_told_by_its_map_and_no_span_is_looked_at(store: Store, traces: Traces):
    await write(store, *(said(number, "abc bcd cde") for number in range(1, MANY)))
    maps = select(TEXT_PARTS.c.block_id).where(TEXT_PARTS.c.part >= MAP_PART).distinct()
    (mapped,) = await store.read(lambda c: c.execute(maps.join(TEXT_BLOCKS, _IS_SLICED)).scalars().all())
    # Each of its sequences of three stands in every span: without the map all of them would have to be read.
    await store.write(lambda c: c.execute(delete(TEXT_BLOCKS).where(TEXT_BLOCKS.c.block_id != mapped)) and None)
    page = await traces.page(TraceFilter(text="abcde"), seconds=0)
    assert (page.traces, page.reached) == ([], None)


async def test_a_block_without_a_map_is_searched_as_well_and_deleting_takes_the_map_away(store: Store, traces: Traces):
    words = {7: "quokka", 8: "zephyrine"}
    await write(store, *(said(number, words.get(number, "parcel"), subject=f"{number}") for number in range(1, MANY)))
    counted = select(func.count()).where(TEXT_PARTS.c.part >= MAP_PART)
    before = await store.read(lambda c: c.execute(counted).scalar_one())
    assert await traces.erase("8") == 1
    assert await store.read(lambda c: c.execute(counted).scalar_one()) < before
    assert (await found(traces, "quokka"), await found(traces, "zephyrine")) == ([7], [])


async def test_spans_from_before_there_were_signatures_are_found(store: Store, traces: Traces):
    await write(store, said(1, "zephyrine"), said(2, "quokka"))
    await store.write(lambda c: c.execute(update(TEXT_BLOCKS).values(signatures=None)))
    assert await found(traces, "quokka") == [2]
    await write(store, *(said(number, "parcel") for number in range(3, MANY)))
    assert await found(traces, "zephyrine") == [1]


async def test_what_was_deleted_leaves_no_bit_behind(store: Store, traces: Traces):
    owners = {number: "user:ada" if number % 2 else "user:bob" for number in range(1, MANY)}
    await write(store, *(said(number, "parcel", subject=owner) for number, owner in owners.items()))
    assert await traces.erase("user:ada") == MANY // 2
    blocks = await store.read(read_signed)
    assert sum(int(is_left(keys).sum()) for keys, _ in blocks) == (MANY - 1) // 2
    assert any(len(keys) >= BLOCK_SPANS for keys, _ in blocks)
    for keys, has_bits in blocks:
        assert (has_bits == is_left(keys)).all()
    assert len(await traces.list(TraceFilter(text="parcel", limit=500))) == 500


async def test_retention_takes_words_out_as_well(store: Store, traces: Traces):
    await write(store, *(said(number, "parcel") for number in range(1, MANY)))
    await traces.prune(Keep(since=START + timedelta(seconds=1_000)))
    blocks = await store.read(read_signed)
    assert sum(int(is_left(keys).sum()) for keys, _ in blocks) == MANY - 1_000
    assert all((has_bits == is_left(keys)).all() for keys, has_bits in blocks)


async def test_words_of_a_trace_that_begins_anew_before_they_are_taken_out_are_taken_out(store: Store, traces: Traces):
    await write(store, *(said(number, "parcel") for number in range(1, MANY)))
    anew = f"{1:032x}"
    await store.write(partial(hide_trace, trace_id=anew, before_ns=2**62))
    await store.write(partial(delete_hidden, trace_id=anew, before_ns=2**62, limit=10))
    begun = msgspec.structs.replace(said(1, "letter"), start_ns=2**60, end_ns=2**60)
    await write(store, begun)
    await traces.prune(Keep())
    blocks = await store.read(read_signed)
    assert sum(int(is_left(keys).sum()) for keys, _ in blocks) == MANY - 1
    assert all((has_bits == is_left(keys)).all() for keys, has_bits in blocks)


async def test_a_block_whose_slices_are_being_deleted_is_passed_over(store: Store, traces: Traces):
    await write(store, *(said(number, "parcel") for number in range(1, MANY)))
    await write(store, said(MANY, "parcel"))
    await store.write(begin_to_clean)
    assert await found(traces, "parcel") == [MANY]


def begin_to_clean(connection: Connection) -> None:
    """Delete all spans of the sliced block, and half of its slices."""
    last = connection.execute(select(TEXT_BLOCKS.c.last_ns).where(TEXT_BLOCKS.c.is_sliced)).scalar_one()
    for table in (SPANS, SUMMARIES):
        connection.execute(delete(table).where(table.c.start_ns <= last))
    mark_stale(connection, [(0, last)])
    stale = blank_gone(connection)
    assert stale is not None
    assert stale.parts
    clean_parts(connection, stale, first=0, last=stale.parts // 2)


def read_signed(connection: Connection) -> list[tuple[Keys, NDArray[np.bool_]]]:
    """Return the keys of every block, with whether anything is said of each."""
    found: list[tuple[Keys, NDArray[np.bool_]]] = []
    columns = (TEXT_BLOCKS.c.block_id, TEXT_BLOCKS.c.members, TEXT_BLOCKS.c.signatures)
    for block_id, members, signatures in connection.execute(select(*columns)).all():
        if signatures is not None:
            has_bits = np.asarray(read_signatures(bytes(signatures)).any(axis=1))
        else:
            parts = connection.execute(select(TEXT_PARTS.c.bits).where(TEXT_PARTS.c.block_id == block_id)).scalars()
            slices = np.frombuffer(b"".join(bytes(part) for part in parts), np.uint8).reshape(BITS, -1)
            has_bits = np.asarray(np.unpackbits(slices, axis=1, bitorder="little").any(axis=0))
        found.append((read_keys(bytes(members)), has_bits))
    return found


async def test_without_time_the_page_says_how_far_it_looked_and_the_rest_can_be_asked_for(store: Store, traces: Traces):
    await write(store, *(said(number, "el" if number == 1 else "letter") for number in range(1, 1_000)))
    page = await traces.page(TraceFilter(text="el", limit=1), seconds=0)
    assert (page.traces, page.reached) == ([], START + timedelta(seconds=799))
    rest = await traces.page(TraceFilter(text="el", until=page.reached), seconds=30)
    assert ([one.trace_id for one in rest.traces], rest.reached) == ([f"{1:032x}"], None)


async def test_a_page_that_is_too_long_is_refused(traces: Traces):
    with pytest.raises(InvalidRequest):
        await traces.page(TraceFilter(text="x", limit=501))
