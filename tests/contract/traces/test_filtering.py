"""What each filter and order of the list lets through, over SQLite and PostgreSQL."""

from datetime import timedelta

import pytest

from plimsoll.records import Score
from plimsoll.store import Store
from plimsoll.traces import Traces, read_filter

from contract.traces.test_traces import START, call, span, trace_id, write

pytestmark = pytest.mark.anyio
NOW = START + timedelta(seconds=10)


async def furnish(store: Store, traces: Traces) -> None:
    """Write four traces: 1 and 2 of one conversation, 3 of an evaluation, 4 of another service."""
    said = {"plimsoll__session": "s1", "plimsoll__subject": "user:ada", "plimsoll__variant": "b"}
    await write(
        store,
        span(1, 1, plimsoll__kind="request", plimsoll__config_hash="abc123", **said),
        call(1, 2, 1, plimsoll__cost_usd=0.5),
        span(2, 1, plimsoll__kind="request", plimsoll__config_hash="abd456", plimsoll__tags="urgent", **said),
        call(2, 2, 1),
        call(2, 3, 1),
        span(3, 1, plimsoll__kind="request", plimsoll__dataset="cases", plimsoll__subject="user:bob"),
        span(4, 1, plimsoll__kind="job", plimsoll__service="mailer", gen_ai__request__model="small"),
        span(4, 2, 1, plimsoll__kind="model", gen_ai__request__model="large", plimsoll__cost_usd=0.25),
    )
    await traces.add_scores(
        [
            Score(name="helpful", value=0.2, passed=False, label="bad", trace_id=trace_id(1)),
            Score(name="helpful", value=0.9, passed=True, trace_id=trace_id(2)),
            Score(name="helpful", value=None, trace_id=trace_id(3)),
            Score(name="other", value=0.1, passed=False, trace_id=trace_id(4)),
        ]
    )


async def found(traces: Traces, **given: str) -> list[int]:
    listed = await traces.list(read_filter({"traffic": "all", **given}, now=NOW))
    return [int(one.trace_id[:2], 16) for one in listed]


@pytest.mark.parametrize(
    "case",
    [
        ({}, [4, 3, 2, 1]),
        ({"since": "8s"}, [4, 3, 2]),
        ({"until": "7s"}, [2, 1]),
        ({"session": "s1"}, [2, 1]),
        ({"user": "user:bob"}, [3]),
        ({"variant": "b"}, [2, 1]),
        ({"version": "abc"}, [1]),
        ({"version": "abc123"}, [1]),
        ({"version": "ab"}, [2, 1]),
        ({"tag": "urgent"}, [2]),
        ({"tag": "urg"}, []),
        ({"service": "mailer"}, [4]),
        ({"kind": "job"}, [4]),
        ({"model": "large"}, [4]),
        ({"traffic": "evaluation"}, [3]),
        ({"traffic": "live"}, [4, 2, 1]),
        ({"min_cost": "0.3"}, [1]),
        ({"max_cost": "0.3"}, [4, 3]),
        ({"min_tokens": "16"}, [2]),
        ({"max_tokens": "15"}, [4, 3, 1]),
        ({"min_ms": "2"}, []),
        ({"max_ms": "2"}, [4, 3, 2, 1]),
        ({"score": "helpful<0.5"}, [1]),
        ({"score": "helpful>=0.9"}, [2]),
        ({"score": "helpful=pass"}, [2]),
        ({"score": "helpful=unknown"}, [3]),
        ({"score": "helpful=bad"}, [1]),
        ({"score": "other=fail"}, [4]),
        ({"sort": "dearest"}, [1, 4, 3, 2]),
        ({"sort": "dearest", "session": "s1"}, [1, 2]),
    ],
    ids=str,
)
async def test_a_filter_lets_through_what_it_says(store: Store, traces: Traces, case: tuple[dict[str, str], list[int]]):
    given, expected = case
    await furnish(store, traces)
    assert await found(traces, **given) == expected


@pytest.mark.parametrize(
    "case",
    [
        ({}, [6, 4, 2, 1]),
        ({"sort": "slowest"}, [6, 4, 2, 1]),
        ({"text": "step"}, [6, 4, 2, 1]),
        ({"traffic": "live"}, [6, 4, 2, 1]),
        ({"traffic": "evaluation"}, [9, 3]),
        ({"traffic": "judging"}, [7, 5]),
        ({"traffic": "judging", "sort": "slowest"}, [7, 5]),
        ({"traffic": "evaluation", "text": "step"}, [9, 3]),
        ({"traffic": "operation"}, [8]),
        ({"traffic": "operation", "text": "step", "sort": "dearest"}, [8]),
        ({"traffic": "all"}, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"kind": "judge"}, [7, 5]),
        ({"kind": "operation"}, [8]),
    ],
    ids=str,
)
async def test_lists_show_requests_of_users_until_others_are_asked_for(
    store: Store, traces: Traces, case: tuple[dict[str, str], list[int]]
):
    given, expected = case
    await furnish(store, traces)
    judged = {"plimsoll__kind": "judge", "plimsoll__session": "s1"}
    await write(store, span(5, 1, **judged), call(5, 2, 1), span(6, 1), span(7, 1, plimsoll__dataset="cases", **judged))
    own = {"plimsoll__kind": "operation", "plimsoll__session": "s1"}
    await write(store, span(8, 1, **own), call(8, 2, 1), span(9, 1, plimsoll__dataset="cases", **own))
    listed = await traces.list(read_filter(given, now=NOW))
    assert sorted((int(one.trace_id[:2], 16) for one in listed), reverse=True) == expected
    (session,) = await traces.sessions(tenant="local", seen_by="nobody")
    assert (session.id, session.turns) == ("s1", 2)


@pytest.mark.parametrize("sort", ["newest", "slowest", "dearest"])
async def test_pages_follow_each_other_in_every_order(store: Store, traces: Traces, sort: str):
    await furnish(store, traces)
    whole = await traces.list(read_filter({"sort": sort, "traffic": "all"}, now=NOW))
    paged: list[str] = []
    while some := await traces.list(
        read_filter({"sort": sort, "traffic": "all", "limit": "1", "before": paged[-1] if paged else ""}, now=NOW)
    ):
        paged += [one.trace_id for one in some]
    assert paged == [one.trace_id for one in whole]
