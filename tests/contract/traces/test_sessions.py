"""The list of conversations: their sums, and which share of their scores passed; on SQLite and PostgreSQL."""

from datetime import UTC, datetime

import pytest

from plimsoll.records import Attribute, Score, Span
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


async def test_the_scores_of_turns_long_ago_count_as_well(store: Store, traces: Traces):
    turns = [turn_of(number, "a" if number in {0, 2_200} else "b") for number in range(2_201)]
    await write(store, *turns)
    said = [(turns[0].trace_id, False), (turns[-1].trace_id, True)]
    await traces.add_scores([Score(name="good", value=1.0, passed=ok, trace_id=name) for name, ok in said])
    assert await listed(traces) == [("a", 2, 2, 0.5), ("b", 2_199, 0, None)]


async def test_live_scores_are_counted_by_what_they_say_however_many_there_are(store: Store, traces: Traces):
    await write(store, *(turn_of(number, "a", feature="docs") for number in range(3)), turn_of(3, "a", dataset="cases"))
    good = [Score(name="good", value=1.0, passed=True, trace_id=f"{n:032x}", cost_usd=0.5) for n in (0, 1)]
    others = [
        Score(name="good", value=0.0, passed=False, trace_id=f"{2:032x}", cost_usd=None),
        Score(name="good", value=1.0, passed=True, trace_id=f"{3:032x}"),
    ]
    await traces.add_scores([*good, *others])
    found = await traces.live_scores("docs", since=datetime(2000, 1, 1, tzinfo=UTC))
    assert [(one.passed, one.count, one.cost_usd) for one in found] == [(False, 1, None), (True, 2, 1.0)]


def turn_of(number: int, session: str, /, **more: str) -> Span:
    """Return a request of a conversation, a second after the one before."""
    said: dict[str, Attribute] = {"plimsoll.kind": "request", "plimsoll.session": session}
    said |= {f"plimsoll.{name}": value for name, value in more.items()}
    at = (1_800_000_000 + number) * 10**9
    return Span(trace_id=f"{number:032x}", span_id="1" * 16, name="ask", start_ns=at, end_ns=at + 1, attributes=said)
