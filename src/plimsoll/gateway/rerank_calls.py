"""Carries out calls that score texts against a question, with retries and fall-backs. The gateway calls it.

Only providers that have such an endpoint take part. Nothing is known of its tokens, so its cost is unknown.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.call import Call
from plimsoll.gateway.calling import LEAST_SECONDS, Ask, ask_in_turn, late, seconds_left
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.provider import Reranked, Reranking
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.targets import Targets
from plimsoll.gateway.wire import Wire
from plimsoll.records import Principal

_MOST_TEXTS = 1_000


def open_rerank(question: str, texts: Sequence[str], *, model: str, caller: Principal, timeout_seconds: float) -> Call:
    """Return the call. Raises InvalidRequest for no text and for more than a thousand."""
    if not 1 <= len(texts) <= _MOST_TEXTS:
        raise InvalidRequest(f"{len(texts)} texts cannot be ranked.", next_step=f"Send 1 to {_MOST_TEXTS}.")
    return Call(
        wire=Wire.CHAT,
        fields={},
        model=model,
        caller=caller,
        writes=False,
        timeout_seconds=timeout_seconds,
        request_bytes=len(question.encode()) + sum(len(text.encode()) for text in texts),
    )


async def rerank_in_turn(targets: Targets, journal: Journal, *, question: str, texts: Sequence[str]) -> Reranked:
    """Return a score for each text, from the first target that gives them. Raises the `UpstreamError`s."""

    def ready(target: ModelTarget) -> "Ask[Reranked]":
        provider = journal.route.providers[target.provider]
        if not isinstance(provider, Reranking):
            raise InvalidRequest(
                f"The provider {target.provider!r} of {journal.call.model!r} cannot rerank.",
                next_step="Name a model of a provider with a `rerank` endpoint.",
            )
        connect_seconds = journal.route.policy.timeouts.connect_seconds
        ask = partial(provider.rerank, question, texts, target, connect_seconds=connect_seconds)
        return partial(_ask, targets, journal, target, ask=ask)

    found, _ = await ask_in_turn(targets, journal, order=targets.ordered(journal.route), prepare=ready)
    return found


async def _ask(targets: Targets, journal: Journal, target: ModelTarget, *, ask: Ask[Reranked]) -> Reranked:
    seconds = max(LEAST_SECONDS, min(journal.route.policy.timeouts.attempt_seconds, seconds_left(journal)))
    began = targets.clock.monotonic()
    try:
        async with asyncio.timeout(seconds):
            found = await ask()
    except TimeoutError as error:
        raise late(target, seconds) from error
    finally:
        took = targets.clock.monotonic() - began
        journal.upstream_seconds += took
    breaker = targets.breaker(target)
    breaker.begin(took)
    breaker.succeed()
    return found
