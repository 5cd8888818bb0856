"""Carries out calls for vectors: known ones from memory, the rest in batches that many callers share, with retries.

The gateway calls it with a journal. It never falls back to another model: vectors of two models do not mix.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Sequence
from functools import partial

import numpy as np

from plimsoll.gateway.calling import LEAST_SECONDS, Ask, ask_in_turn, late, seconds_left
from plimsoll.gateway.chat import Embeddings
from plimsoll.gateway.embedding.batcher import EmbeddingBatcher
from plimsoll.gateway.embedding.vectors import VectorCache, VectorScope, embed_batched
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.provider import Provider
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.targets import Targets
from plimsoll.records import Usage

_MOST_BATCHERS = 100


class VectorCalls:
    """The vectors of one gateway."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._known = VectorCache()
        self._batchers: OrderedDict[str, EmbeddingBatcher] = OrderedDict()

    async def embed(self, journal: Journal, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text, in order; bills what was asked for. Raises the `UpstreamError`s."""
        target = journal.route.targets[0]
        if not texts:
            return Embeddings(vectors=np.zeros((0, 0), np.float32), usage=Usage(), truncated=(), model=target.model)

        def ready(target: ModelTarget) -> "Ask[Embeddings]":
            return partial(self._ask, journal, target, texts)

        found, _ = await ask_in_turn(self._targets, journal, order=(target,), prepare=ready)
        journal.bill(target, found.usage)
        return found

    def forget(self, providers: Collection[str]) -> None:
        """Forget the models of these providers: they are others now. Requests under way end as they began."""
        if not providers:
            return
        self._known = VectorCache()
        for name in [name for name in self._batchers if name.partition("/")[0] in providers]:
            del self._batchers[name]

    async def close(self) -> None:
        """End every request."""
        for batcher in self._batchers.values():
            await batcher.close()
        self._batchers.clear()

    async def _ask(self, journal: Journal, target: ModelTarget, texts: Sequence[str]) -> Embeddings:
        seconds = max(LEAST_SECONDS, min(journal.route.policy.timeouts.attempt_seconds, seconds_left(journal)))
        scope = VectorScope(fingerprint=target.full_name, tenant=journal.call.caller.tenant)
        batcher = self._batcher(target, journal.route.providers[target.provider])
        began = self._targets.clock.monotonic()
        try:
            async with asyncio.timeout(seconds):
                found = await embed_batched(texts, batcher=batcher, cache=self._known, scope=scope)
        except TimeoutError as error:
            raise late(target, seconds) from error
        finally:
            took = self._targets.clock.monotonic() - began
            journal.upstream_seconds += took
        breaker = self._targets.breaker(target)
        breaker.begin(took)
        breaker.succeed()
        return found

    def _batcher(self, target: ModelTarget, provider: Provider) -> EmbeddingBatcher:
        """Return what joins the requests for one model; callers may name any, so the least used one goes."""
        known = self._batchers.get(target.full_name)
        if known is None:
            known = self._batchers[target.full_name] = EmbeddingBatcher(partial(provider.embed, target=target))
            while len(self._batchers) > _MOST_BATCHERS:
                self._batchers.popitem(last=False)
        self._batchers.move_to_end(target.full_name)
        return known
