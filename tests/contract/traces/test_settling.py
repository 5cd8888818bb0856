"""A long trace is folded outside the transaction that puts its row, whatever happens to the trace meanwhile."""

from functools import partial

import pytest

from plimsoll.store import Store
from plimsoll.traces import Keep, Traces
from plimsoll.traces.settling import Settler
from plimsoll.traces.tables.settling import Folded, Unsettled, fold_long, look_at_unsettled, put_folded, read_portion

from contract.traces.test_folding_at_writing import rows, spans_of
from contract.traces.test_retention import START, count_figures, store_rows

pytestmark = pytest.mark.anyio
TRACE = f"{1:032x}"
LENGTH, FIRST, SECOND = 3_000, 2_500, 2_800


async def begin_fold(store: Store) -> tuple[Folded, Unsettled]:
    """Fold the trace of which all spans but the last ones are stored, as far as what is put in the end."""
    spans = spans_of(1, LENGTH)
    await store_rows(store, spans[:FIRST])
    await store_rows(store, spans[FIRST:SECOND])
    seen = await store.read(partial(look_at_unsettled, trace_id=TRACE))
    assert seen is not None
    ordered = await store.read(partial(read_portion, trace_id=TRACE, after=(-1, ""), limit=LENGTH))
    return fold_long(ordered), seen


async def test_what_arrives_while_a_trace_is_folded_waits_for_the_next_fold(store: Store):
    folded, seen = await begin_fold(store)
    await store_rows(store, spans_of(1, LENGTH)[SECOND:])
    await store.write(partial(put_folded, folded=folded, seen=seen))
    kept, _ = await rows(store)
    assert (kept[TRACE].span_count, kept[TRACE].settled) == (SECOND, False)
    await Settler(store).settle()
    kept, of_all = await rows(store)
    assert kept == of_all
    assert kept[TRACE].settled


async def test_a_fold_that_somebody_else_put_meanwhile_is_not_put_again(store: Store):
    folded, seen = await begin_fold(store)
    await store_rows(store, spans_of(1, LENGTH)[SECOND:])
    await Settler(store).settle()
    await store.write(partial(put_folded, folded=folded, seen=seen))
    kept, of_all = await rows(store)
    assert kept == of_all


async def test_a_trace_that_is_pruned_while_it_is_folded_stays_gone(store: Store, traces: Traces):
    folded, seen = await begin_fold(store)
    await traces.prune(Keep(since=START, figures_since=START))
    await store.write(partial(put_folded, folded=folded, seen=seen))
    assert (await rows(store))[0] == {}
    assert await store.read(count_figures) == 0
