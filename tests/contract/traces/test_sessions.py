"""The list of conversations: their sums, and which share of their scores passed; on SQLite and PostgreSQL."""

import pytest

from plimsoll.records import Score
from plimsoll.store import Store
from plimsoll.traces import Traces

from contract.traces.test_traces import span, trace_id, write

pytestmark = pytest.mark.anyio


async def listed(traces: Traces, tenant: str = "local") -> list[tuple[str, int, int, float | None]]:
    found = await traces.sessions(tenant=tenant, seen_by="user:ada")
    return [(one.id, one.turns, one.scored, one.pass_rate) for one in found]


async def test_sessions_say_which_share_of_their_scores_passed(store: Store, traces: Traces):
    sessions = {1: "a", 2: "a", 3: "b", 4: "c"}
    await write(store, *(span(at, 1, plimsoll__kind="request", plimsoll__session=sessions[at]) for at in sessions))
    verdicts = [(1, True), (1, None), (1, False), (2, True), (2, True), (3, None)]
    await traces.add_scores([Score(name="good", value=1.0, passed=ok, trace_id=trace_id(at)) for at, ok in verdicts])
    assert await listed(traces) == [("c", 1, 0, None), ("b", 1, 0, None), ("a", 2, 4, 0.75)]


async def test_scores_of_another_tenant_are_not_counted(store: Store, traces: Traces):
    for at, tenant in ((1, "local"), (2, "other")):
        await write(store, span(at, 1, plimsoll__kind="request", plimsoll__session="a", plimsoll__tenant=tenant))
        score = Score(name="good", value=1.0, passed=tenant == "local", trace_id=trace_id(at))
        await traces.add_scores([score])
    assert await listed(traces) == [("a", 1, 1, 1.0)]
    assert await listed(traces, "other") == [("a", 1, 1, 0.0)]
    assert await listed(traces, "nobody") == []
