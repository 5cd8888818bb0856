"""The seam to whatever orders candidates anew by reading question and text together, and its two kinds.

`search` calls one within the time it has; a failure or a late answer leaves the order as it was, and is recorded.
"""

import asyncio
import math
import threading
from collections.abc import Sequence
from typing import Protocol

import msgspec

from plimsoll.errors import Overloaded, PlimsollError
from plimsoll.gateway import CrossEncoder, Gateway
from plimsoll.knowledge.retrieval.attempt import Attempt
from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.records import Principal

_MOST_AT_ONCE = 4


class RerankStep(msgspec.Struct, frozen=True, kw_only=True):
    """What one reranking is held to."""

    attempt: Attempt
    """The retrieval's time."""
    candidates: int
    """How many contenders are given to it."""
    caller: Principal
    """Who asks, and whose budget pays."""


class Reranker(Protocol):
    """Scores texts against a question."""

    async def rerank(
        self, question: str, texts: Sequence[str], *, caller: Principal, timeout_seconds: float
    ) -> Sequence[float]:
        """Return a score for each text, in order, higher is nearer; comparable within one call only.

        Raises PlimsollError where there is none; its caller bounds it in time.
        """
        ...


async def rerank_all(
    reranker: Reranker, contenders: Sequence[Contender], *, question: str, step: RerankStep
) -> tuple[Contender, ...]:
    """Return the contenders in the reranker's order; as they came where it fails or does not answer in time."""
    attempt, seconds = step.attempt, step.attempt.seconds_to_rerank()
    head = contenders[: step.candidates]
    if attempt.has_dropped("dense") or not seconds:
        attempt.drop("rerank", "no time was left")
        return tuple(contenders)
    try:
        async with asyncio.timeout(seconds):
            texts = [_shown(one) for one in head]
            answer = await reranker.rerank(question, texts, caller=step.caller, timeout_seconds=seconds)
        scores = [float(score) for score in answer]
    except TimeoutError:
        attempt.drop("rerank", f"no answer within {seconds * 1_000:.0f} ms")
    except Exception as error:  # noqa: BLE001 - the plug-in boundary: the order that was there is always there
        attempt.drop("rerank", error.code if isinstance(error, PlimsollError) else type(error).__name__)
    else:
        if len(scores) == len(head) and all(map(math.isfinite, scores)):
            return _in_order(head, scores) + tuple(contenders[step.candidates :])
        attempt.drop("rerank", f"{len(scores)} scores for {len(head)} texts, or one that is no number")
    return tuple(contenders)


def _shown(contender: Contender) -> str:
    """Return what the reranker reads: the text below its title and headings."""
    above = contender.chunk.heading or contender.chunk.title
    return f"{above}\n{contender.chunk.text}" if above else contender.chunk.text


def _in_order(head: Sequence[Contender], scores: Sequence[float]) -> tuple[Contender, ...]:
    scored = (msgspec.structs.replace(one, rerank_score=float(score)) for one, score in zip(head, scores, strict=True))
    return tuple(sorted(scored, key=lambda one: -(one.rerank_score or 0.0)))


class LocalReranker:
    """A cross-encoder on this machine, in worker threads."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)

    async def rerank(
        self, question: str, texts: Sequence[str], *, caller: Principal, timeout_seconds: float
    ) -> Sequence[float]:
        """Return the model's score of each text. Raises Overloaded while too many questions are being scored."""
        del caller, timeout_seconds
        if not self._places.acquire(blocking=False):
            raise Overloaded(f"{_MOST_AT_ONCE} questions are being reranked.", next_step="Try again later.")
        return await asyncio.to_thread(self._score, question, texts)

    def _score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        try:
            return self._model.score(question, texts)
        finally:
            # Not where its caller gives up: a thread cannot be stopped, and counts until it ends.
            self._places.release()


class ProviderReranker:
    """A provider's rerank endpoint, through the gateway: its keys, limits, retries, breaker and span."""

    def __init__(self, gateway: Gateway, model: str) -> None:
        self._gateway = gateway
        self._model = model

    async def rerank(
        self, question: str, texts: Sequence[str], *, caller: Principal, timeout_seconds: float
    ) -> Sequence[float]:
        """Return the provider's score of each text. Raises the `UpstreamError`s, LimitReached, BudgetExhausted."""
        found = await self._gateway.rerank(
            question, texts, model=self._model, caller=caller, timeout_seconds=timeout_seconds
        )
        return found.scores
