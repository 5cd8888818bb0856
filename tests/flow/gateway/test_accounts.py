"""Calls are held to limits and budgets, and settled: FIELD, pains 6, 7 and 9 seen from the gateway."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from opentelemetry.trace import get_tracer

from plimsoll.errors import BudgetExhausted, LimitReached, PriceUnknown, ProviderRefused
from plimsoll.gateway import (
    Accounts,
    Alias,
    Call,
    Gateway,
    LocalLimits,
    ModelTarget,
    OpenAICompatible,
    Policy,
    Spend,
    SpendLedger,
    Wire,
    fields_of,
)
from plimsoll.gateway.accounts import FindPrice
from plimsoll.prices import ModelPrice
from plimsoll.records import Allowance, Principal, SystemClock
from plimsoll.store import Store
from plimsoll.testing import Fault, FaultKind, Upstream

CLOCK = SystemClock()
ADA = Principal(id="key:ada")
PRICE = ModelPrice(input=1_000.0, output=10_000.0, source="test")
DOLLAR = Allowance(allowance_id="a1", applies_to="key:ada", budget_usd=1.0, period="day")


@asynccontextmanager
async def opened(
    upstream: Upstream,
    folder: Path,
    *,
    allowances: Sequence[Allowance] = (),
    price: ModelPrice | None = PRICE,
    policy: Policy | None = None,
    find_price: FindPrice | None = None,
) -> AsyncGenerator[tuple[Gateway, Spend]]:
    def allow(_caller: Principal, /, *, feature: str | None, alias: str) -> tuple[Allowance, ...]:
        assert feature is None
        assert alias
        return tuple(allowances)

    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=CLOCK)
    ledger = SpendLedger(store, CLOCK)
    target = ModelTarget(alias="fast", provider="up", model="m", price=price)
    gateway = Gateway(
        {"up": OpenAICompatible("up", base_url=upstream.base_url)},
        [Alias(name="fast", targets=(target,), policy=policy or Policy(retries=0))],
        tracer=get_tracer("test"),
        clock=CLOCK,
        accounts=Accounts(
            limiter=LocalLimits(CLOCK),
            ledger=ledger,
            find_allowances=allow,
            find_price=find_price,
        ),
    )
    try:
        yield gateway, Spend(store, CLOCK)
        await ledger.flush()
    finally:
        await gateway.close()
        await ledger.close()
        await store.close()


def call(**more: object) -> Call:
    sent = msgspec.json.encode({"model": "fast", "messages": [{"role": "user", "content": "ping"}], **more})
    return Call(wire=Wire.CHAT, fields=fields_of(sent), model="fast", caller=ADA, request_bytes=len(sent))


def test_a_budget_that_cannot_cover_the_worst_case_refuses_before_the_provider_is_asked(tmp_path: Path):
    async def ask(upstream: Upstream) -> None:
        async with opened(upstream, tmp_path, allowances=[DOLLAR]) as (gateway, _):
            await gateway.answer(call(max_tokens=10))
            with pytest.raises(BudgetExhausted, match="key:ada"):
                await gateway.answer(call(max_tokens=1_000))

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"max_tokens": 10, "n": 100},
        {"max_tokens": 10**30},
        {"max_tokens": 2**63, "n": 2**63},
        {"max_completion_tokens": 10, "max_tokens": 1_000},
        {"max_completion_tokens": "x", "max_tokens": 10},
    ],
)
def test_every_answer_and_the_larger_of_two_bounds_are_reserved(tmp_path: Path, more: dict[str, object]):
    async def ask(upstream: Upstream) -> None:
        async with opened(upstream, tmp_path, allowances=[DOLLAR]) as (gateway, _):
            with pytest.raises(BudgetExhausted, match="key:ada"):
                await gateway.answer(call(**more))

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert not upstream.requests


def test_tokens_of_every_answer_are_counted_before_the_call(tmp_path: Path):
    limit = Allowance(allowance_id="a1", applies_to="key:ada", tokens_per_minute=100)

    async def ask(upstream: Upstream) -> None:
        async with opened(upstream, tmp_path, allowances=[limit]) as (gateway, _):
            await gateway.answer(call(max_tokens=10, n=2))
            with pytest.raises(LimitReached, match=r"1,0\d\d tokens"):
                await gateway.answer(call(max_tokens=10, n=100))

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert len(upstream.requests) == 1


def test_a_budgets_call_without_a_limit_of_its_own_gets_one(tmp_path: Path):
    async def ask(upstream: Upstream) -> None:
        cheap = ModelPrice(input=0.1, output=0.1, source="test")
        async with opened(upstream, tmp_path, allowances=[DOLLAR], price=cheap) as (gateway, _):
            await gateway.answer(call())

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert upstream.requests[0].body["max_tokens"] == 4_096


def test_money_that_one_call_left_over_is_there_for_the_next(tmp_path: Path):
    async def ask(upstream: Upstream) -> list[float | None]:
        async with opened(upstream, tmp_path, allowances=[DOLLAR]) as (gateway, _):
            # Each may cost 0.58 and costs 0.08: only what comes back lets the next one through.
            return [(await gateway.answer(call(max_tokens=50))).receipt.cost_usd for _ in range(5)]

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == [pytest.approx(0.081)] * 5


def test_a_call_that_may_cost_more_than_any_budget_is_refused(tmp_path: Path):
    async def ask(upstream: Upstream) -> None:
        dear = ModelPrice(input=1e12, output=1e12, source="test")
        async with opened(upstream, tmp_path, allowances=[DOLLAR], price=dear) as (gateway, _):
            with pytest.raises(BudgetExhausted):
                await gateway.answer(call())

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert not upstream.requests


def test_an_unknown_price_under_a_budget_is_refused_not_free(tmp_path: Path):
    async def ask(upstream: Upstream) -> None:
        async with opened(upstream, tmp_path, allowances=[DOLLAR], price=None) as (gateway, _):
            with pytest.raises(PriceUnknown, match="'up/m'"):
                await gateway.answer(call())

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert not upstream.requests


def test_what_a_call_costs_is_settled_and_a_failed_one_costs_nothing(tmp_path: Path):
    async def ask(upstream: Upstream) -> tuple[float, float]:
        async with opened(upstream, tmp_path, allowances=[DOLLAR]) as (gateway, _):
            reply = await gateway.answer(call(max_tokens=20))
            upstream.inject(Fault(kind=FaultKind.STATUS, status=503))
            with pytest.raises(ProviderRefused):
                await gateway.answer(call(max_tokens=20))
        store = await Store.open(f"sqlite:///{tmp_path / 'state.db'}", schema="state", clock=CLOCK)
        (standing,) = await Spend(store, CLOCK).standings([DOLLAR])
        await store.close()
        return reply.receipt.cost_usd or 0.0, standing.settled_usd

    with Upstream() as upstream:
        cost, settled = asyncio.run(ask(upstream))
    assert cost == pytest.approx(0.011 + 0.07)
    assert settled == pytest.approx(cost)


def test_a_model_that_no_alias_names_is_priced_when_it_is_first_asked(tmp_path: Path):
    asked: list[str] = []

    async def find_price(target: ModelTarget) -> ModelPrice | None:
        asked.append(target.full_name)
        return PRICE

    async def ask(upstream: Upstream) -> list[float | None]:
        async with opened(upstream, tmp_path, allowances=[DOLLAR], find_price=find_price) as (gateway, _):
            other = msgspec.structs.replace(call(max_tokens=20), model="up/other")
            whole = await gateway.answer(other)
            streamed = msgspec.structs.replace(call(max_tokens=20, stream=True), model="up/other")
            async with gateway.stream(streamed) as stream:
                assert [event async for event in stream]
            return [whole.receipt.cost_usd, stream.receipt.cost_usd]

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == [pytest.approx(0.081), pytest.approx(0.081)]
    assert asked == ["up/other", "up/other"]


def test_a_limit_of_places_holds_for_streams_until_they_end(tmp_path: Path):
    one_place = Allowance(allowance_id="a2", applies_to="key:ada", concurrent=1)

    async def ask(upstream: Upstream) -> int:
        async with opened(upstream, tmp_path, allowances=[one_place]) as (gateway, _):
            async with gateway.stream(call(stream=True)) as stream:
                with pytest.raises(LimitReached, match="key:ada"):
                    await gateway.answer(call())
                async for _event in stream:
                    pass
            return (await gateway.answer(call())).receipt.attempts

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == 1


def test_an_aliass_own_bound_on_output_is_set_on_requests_that_ask_for_more(tmp_path: Path):
    async def ask(upstream: Upstream) -> None:
        async with opened(upstream, tmp_path, policy=Policy(max_output_tokens=50)) as (gateway, _):
            await gateway.answer(call(max_tokens=10))
            await gateway.answer(call(max_tokens=100))

    with Upstream() as upstream:
        asyncio.run(ask(upstream))
        assert [seen.body["max_tokens"] for seen in upstream.requests] == [10, 50]


def test_vectors_of_many_callers_travel_together_and_known_texts_cost_nothing(tmp_path: Path):
    async def ask(upstream: Upstream) -> list[float | None]:
        async with opened(upstream, tmp_path) as (gateway, _):
            texts = (["ship", "sea"], ["sea", "line"], ["ship"])
            await asyncio.gather(*(gateway.embed(each, model="fast", caller=ADA) for each in texts))
            return [(await gateway.embed(["ship"], model="fast", caller=ADA)).cost_usd]

    with Upstream() as upstream:
        assert asyncio.run(ask(upstream)) == [0.0]
        assert len(upstream.requests) == 1
