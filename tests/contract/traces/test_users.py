"""The list of users: their sums, the orders of it, and whose requests they are; on SQLite and PostgreSQL."""

from datetime import UTC, datetime

import pytest

from plimsoll.records import Score
from plimsoll.store import Store
from plimsoll.traces import Traces, UserAsked, UserOrder, UserPage

from contract.traces.test_traces import span, trace_id, write

pytestmark = pytest.mark.anyio
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def asked(traces: Traces, order: UserOrder = UserOrder.NEWEST, **named: object) -> UserPage:
    where = {"tenant": "local", "seen_by": "user:ada", "since": LONG_AGO, "order": order, **named}
    return await traces.users(UserAsked(**where))  # pyright: ignore[reportArgumentType]


async def fill(store: Store) -> None:
    users = {1: "user:ada", 2: "user:bob", 3: "user:bob", 4: "user:cid", 5: None}
    for at, user in users.items():
        named = {"plimsoll__subject": user} if user else {}
        outcome = "failed" if at == 2 else "answered"
        await write(store, span(at, 1, plimsoll__kind="request", plimsoll__outcome=outcome, **named))
    await write(store, span(6, 1, plimsoll__kind="request", plimsoll__subject="user:eve", plimsoll__tenant="other"))


async def test_users_are_listed_with_what_their_requests_came_to(store: Store, traces: Traces):
    await fill(store)
    await traces.add_scores(
        [Score(name="good", value=1.0, passed=ok, trace_id=trace_id(at)) for at, ok in ((2, True), (3, False))]
    )
    page = await asked(traces)
    found = [(one.id, one.requests, one.failed, one.passed, one.scored) for one in page.users]
    assert found == [("user:cid", 1, 0, 0, 0), ("user:bob", 2, 1, 1, 2), ("user:ada", 1, 0, 0, 0)]
    assert (page.unnamed, page.more, page.reached) == (1, 0, None)


@pytest.mark.parametrize("order", [UserOrder.BUSIEST, UserOrder.FAILING])
async def test_users_are_ordered_as_asked_and_cut_with_how_many_more_there_are(
    store: Store, traces: Traces, order: UserOrder
):
    await fill(store)
    page = await asked(traces, order, limit=1)
    assert ([one.id for one in page.users], page.more) == (["user:bob"], 2)


async def test_users_of_another_tenant_are_told_to_it_alone(store: Store, traces: Traces):
    await fill(store)
    page = await asked(traces, tenant="other")
    assert ([one.id for one in page.users], page.unnamed) == (["user:eve"], 0)


async def test_who_asked_what_others_may_not_read_is_told_to_themselves_alone(store: Store, traces: Traces):
    closed = {"plimsoll__retrieval__is_closed": True, "plimsoll__kind": "request"}
    await write(
        store, *(span(at, 1, plimsoll__subject=user, **closed) for at, user in ((1, "user:ada"), (2, "user:bob")))
    )
    assert [one.id for one in (await asked(traces)).users] == ["user:ada"]
