"""Answers that need no call of their own: kept ones, those to questions that mean the same, those of calls in flight.

The gateway asks for every call. Whether and for how long is each alias's policy; nothing crosses tenants.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from plimsoll.gateway.cache.coalesce import Coalescer
from plimsoll.gateway.cache.key import exact_key
from plimsoll.gateway.cache.question import read_question
from plimsoll.gateway.cache.semantic import Embed, Lookup, SemanticCache
from plimsoll.gateway.cache.stored import Cache, CachedReply, pack_reply, unpack_reply
from plimsoll.gateway.call import Served
from plimsoll.gateway.calling import Answered
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.wire import ReplyFacts, read_reply, write_reply
from plimsoll.records import Clock

Make = Callable[[Journal], Awaitable[Answered]]
"""Calls the model."""
_BEYOND_FACTS = frozenset({"logprobs", "top_logprobs", "n", "modalities", "audio"})
"""What a request asks for that a stream's facts do not hold."""


class Found(NamedTuple):
    """What was looked up for a call."""

    key: str
    """Its exact key; empty where its policy keeps nothing."""
    lookup: Lookup | None = None
    """What the semantic cache said; None where it was not asked."""
    answered: Answered | None = None
    """The answer; None: a model must be asked."""


class Replies:
    """Kept and shared answers of one gateway."""

    def __init__(self, cache: Cache, *, embed: Embed | None, clock: Clock) -> None:
        """Keep exact answers in the cache; without `embed` no question means the same as another."""
        self._cache = cache
        self._embed = embed
        self._clock = clock
        self._coalescer: Coalescer[Answered] = Coalescer()
        self._semantic: dict[tuple[str, float, float], SemanticCache] = {}

    async def find_or_make(self, journal: Journal, make: Make) -> Answered:
        """Return the answer kept of such a call, or that of an identical call in flight, or a new one."""
        policy = journal.route.policy
        if not (policy.cache_seconds or policy.coalesce or policy.semantic_cache_seconds):
            return await make(journal)
        found = await self.find(journal)
        if found.answered is not None:
            return found.answered
        if not policy.coalesce:
            return await self._make_and_keep(journal, found, make=make)
        shared = await self._coalescer.share(found.key, lambda: self._make_and_keep(journal, found, make=make))
        if not shared.was_first:
            journal.served = "shared"
        return shared.value

    async def find(self, journal: Journal) -> Found:
        """Look for an answer that the call's policy lets it have; says in the journal where it came from."""
        policy = journal.route.policy
        if not (policy.cache_seconds or policy.coalesce or policy.semantic_cache_seconds):
            return Found("")
        key = key_of(journal)
        if policy.cache_seconds:
            answered = self._unpack(journal, await self._cache.get(key), served="cache")
            if answered is not None:
                return Found(key, None, answered)
        lookup = await self._look_up(journal)
        if lookup is None or lookup.hit is None:
            return Found(key, lookup)
        answered = self._unpack(journal, lookup.hit.reply, served="semantic_cache")
        if answered is not None:
            journal.note("semantic_hit", {"plimsoll.similarity": lookup.hit.similarity})
        return Found(key, lookup, answered)

    async def keep(self, journal: Journal, found: Found, *, body: bytes, model: str) -> None:
        """Keep an answer as the call's policy says."""
        policy = journal.route.policy
        if not policy.cache_seconds and found.lookup is None:
            return
        packed = pack_reply(
            CachedReply(
                body=body,
                model=model,
                provider=journal.target.provider,
                usage=journal.usage,
                created_at=self._clock.now(),
            )
        )
        if policy.cache_seconds:
            await self._cache.put(found.key, packed, seconds=policy.cache_seconds)
        if found.lookup is not None:
            self._cache_of(journal).keep(found.lookup, packed, asked_by=journal.call.caller.id)

    async def keep_stream(self, journal: Journal, found: Found, facts: ReplyFacts) -> None:
        """Keep what a stream said, where that is all that its caller asked for."""
        if found.key and facts.finish_reason and not _BEYOND_FACTS & journal.call.fields.keys():
            body = write_reply(journal.call.wire, facts)
            await self.keep(journal, found, body=body, model=facts.model)

    def forget_meanings(self) -> None:
        """Forget what is found by meaning: thresholds and times may be others now."""
        self._semantic.clear()

    def erase(self, subject: str) -> int:
        """Forget the answers to a person's questions that are found by meaning, and return how many there were."""
        return sum(cache.erase(subject) for cache in self._semantic.values())

    async def close(self) -> None:
        """Cancel shared calls and close the cache."""
        await self._coalescer.close()
        await self._cache.close()

    async def _make_and_keep(self, journal: Journal, found: Found, *, make: Make) -> Answered:
        answered = await make(journal)
        if not answered.rejected:
            await self.keep(journal, found, body=answered.body, model=answered.facts.model)
        return answered

    async def _look_up(self, journal: Journal) -> Lookup | None:
        call, policy = journal.call, journal.route.policy
        if not policy.semantic_cache_seconds or self._embed is None:
            return None
        scope = f"{journal.route.name} {call.feature or ''}"
        question = read_question(tenant=call.caller.tenant, scope=scope, wire=call.wire, fields=call.fields)
        return None if question is None else await self._cache_of(journal).find(question)

    def _cache_of(self, journal: Journal) -> SemanticCache:
        """Return the semantic cache of an alias; only declared aliases have one, so their number is bounded."""
        policy = journal.route.policy
        threshold, seconds = policy.semantic_threshold, policy.semantic_cache_seconds
        key = (journal.route.name, threshold, seconds)
        known = self._semantic.get(key)
        if known is None:
            assert self._embed is not None  # noqa: S101 - nothing is looked up without it
            known = self._semantic[key] = SemanticCache(self._embed, self._clock, threshold=threshold, seconds=seconds)
        return known

    def _unpack(self, journal: Journal, packed: bytes | None, *, served: Served) -> Answered | None:
        """Return a kept answer that the caller's own check accepts."""
        kept = unpack_reply(packed) if packed is not None else None
        if kept is None:
            return None
        facts = read_reply(journal.call.wire, kept.body)
        if journal.call.accept and journal.call.accept(facts):
            return None
        journal.served = served
        return Answered(body=kept.body, facts=facts)


def key_of(journal: Journal) -> str:
    """Return the key of a call: the same for calls of one tenant that ask one alias for the same."""
    call = journal.call
    return exact_key(tenant=call.caller.tenant, alias=journal.route.name, wire=call.wire, fields=call.fields)
