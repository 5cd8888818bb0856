"""Requests that are passed on as they came, since no wire of chat holds them: audio.

The server opens them through `Gateway.relay`. Targets are asked as their policy says until one answers; bytes go
through untouched but for the model's name. Nothing is known of their tokens, so their cost is unknown.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import msgspec

from plimsoll.errors import InvalidRequest, PriceUnknown, ProviderTimeout
from plimsoll.gateway.accounts import Account, Accounts
from plimsoll.gateway.calling import LEAST_SECONDS, Ask, ask_in_turn, late, seconds_left
from plimsoll.gateway.form import write_model
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.plan import Route
from plimsoll.gateway.provider import RelayedAnswer, Relaying
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.targets import Targets
from plimsoll.records import Attribute, Principal


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """What is passed on."""

    path: str
    """Path below the provider's base URL, e.g. `audio/speech`."""
    body: bytes
    """The request's body: a JSON object, or a form."""
    content_type: str
    """What the body is."""
    model: str
    """The name that was asked for: an alias, or `provider/model`."""
    caller: Principal
    """Who asks."""


async def open_unpriced(accounts: Accounts, journal: Journal) -> Account:
    """Hold a call of unknown cost to its limits. Raises what `Accounts.open` raises, PriceUnknown under any budget."""
    journal.route = _without_prices(journal.route)
    try:
        return await accounts.open(journal)
    except PriceUnknown as error:
        raise PriceUnknown(
            f"A budget applies to this call, and what {journal.route.name!r} costs for it is not known.",
            next_step="Use a key without a budget for audio and for reranking.",
        ) from error


def _without_prices(route: Route) -> Route:
    """Return the route with no prices: those that are known are of tokens of text."""
    return msgspec.structs.replace(
        route,
        targets=tuple(msgspec.structs.replace(target, price=None) for target in route.targets),
        fall_back=tuple(msgspec.structs.replace(target, price=None) for target in route.fall_back),
        # There is nothing to learn: a published price would be one of text again, and let sound pass under a budget.
        is_priced=True,
    )


@asynccontextmanager
async def open_relay(targets: Targets, journal: Journal, sent: Relay) -> AsyncGenerator[RelayedAnswer]:
    """Open the answer of the first target that gives one. Raises the last `UpstreamError`, and InvalidRequest."""
    able = [target for target in targets.ordered(journal.route) if _relaying(journal, target) is not None]
    if not able:
        raise InvalidRequest(
            f"The provider of {sent.model!r} has no {sent.path!r}.",
            next_step="Name a model of a provider that speaks OpenAI's interface.",
        )

    def ready(target: ModelTarget) -> "Ask[RelayedAnswer]":
        return partial(_open, targets, journal, sent, target=target, stack=stack)

    async with AsyncExitStack() as stack:
        answer, _ = await ask_in_turn(targets, journal, order=able, prepare=ready)
        yield RelayedAnswer(content_type=answer.content_type, chunks=_within_time(answer.chunks, journal))


def describe_relay(journal: Journal, sent: Relay) -> dict[str, Attribute]:
    """Return what was asked, as a span's attributes; audio has no place in a trace."""
    return {
        "plimsoll.kind": "model",
        "gen_ai.operation.name": sent.path,
        "gen_ai.provider.name": journal.target.provider,
        "gen_ai.request.model": journal.target.model,
    }


def _relaying(journal: Journal, target: ModelTarget) -> Relaying | None:
    provider = journal.route.providers[target.provider]
    return provider if isinstance(provider, Relaying) else None


async def _open(
    targets: Targets, journal: Journal, sent: Relay, *, target: ModelTarget, stack: AsyncExitStack
) -> RelayedAnswer:
    provider, times = _relaying(journal, target), journal.route.policy.timeouts
    assert provider is not None  # noqa: S101 - open_relay chose those that can
    body = write_model(sent.body, sent.content_type, target.model)
    seconds = max(LEAST_SECONDS, min(times.attempt_seconds, seconds_left(journal)))
    opening = provider.relay(sent.path, body, content_type=sent.content_type, connect_seconds=times.connect_seconds)
    began = journal.clock.monotonic()
    try:
        async with asyncio.timeout(seconds):
            answer = await stack.enter_async_context(opening)
    except TimeoutError as error:
        raise late(target, seconds) from error
    finally:
        took = journal.clock.monotonic() - began
        journal.upstream_seconds += took
    breaker = targets.breaker(target)
    breaker.begin(took)
    breaker.succeed()
    return answer


async def _within_time(chunks: AsyncIterator[bytes], journal: Journal) -> AsyncGenerator[bytes]:
    """Yield the chunks, each within the time that the policy gives it."""
    while True:
        left = max(LEAST_SECONDS, seconds_left(journal))
        seconds = min(journal.route.policy.timeouts.between_chunks_seconds, left)
        began = journal.clock.monotonic()
        try:
            async with asyncio.timeout(seconds):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            name = journal.target.provider
            raise ProviderTimeout(f"{name!r} fell silent for {round(seconds, 2):g} s within its answer.") from error
        finally:
            journal.upstream_seconds += journal.clock.monotonic() - began
        if chunk is None:
            return
        yield chunk
