"""Limits that several processes share, in Redis: one script to admit a call and one to leave.

A place of a call under way expires by a lease, which this process renews, so that those of a dead process come back.
What happens while Redis does not answer is declared: calls pass unchecked, or are refused.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Literal

from plimsoll.errors import LimitReached, LimitsUnavailable
from plimsoll.gateway.limits.limiter import Admission, Asked, LimiterHealth
from plimsoll.gateway.limits.refusal import LimitKind, refuse
from plimsoll.gateway.limits.scripts import ADMIT, LEAVE, RENEW
from plimsoll.gateway.redis_client import RedisClient
from plimsoll.records import Allowance, Clock, Secret, new_id

WhenDown = Literal["fail_open", "fail_closed"]
"""What to do with calls that cannot be checked: let them pass, or refuse them."""
_CONNECTIONS = 32
_DEADLINE_SECONDS = 0.25
_LEASE_SECONDS = 30.0
_PAUSE_SECONDS = 1.0
_RENEWED_AT_ONCE = 500
_NO_LIMIT = -1
_KINDS: dict[int, LimitKind] = {1: "requests", 2: "tokens", 3: "concurrent"}


_Script = Callable[[list[str], list[str | int]], Awaitable[list[int]]]


class RedisLimits:
    """A `Limiter` in Redis. `close` it at the end."""

    def __init__(
        self,
        url: Secret,
        clock: Clock,
        *,
        prefix: str = "plimsoll",
        when_down: WhenDown = "fail_closed",
        deadline_seconds: float = _DEADLINE_SECONDS,
        lease_seconds: float = _LEASE_SECONDS,
    ) -> None:
        """Connect at the first use; `prefix` tells projects on one server apart. MissingPart without extra `redis`."""
        self._client = RedisClient(url, connections=_CONNECTIONS, deadline_seconds=deadline_seconds)
        self._admit = self._client.script(ADMIT)
        self._leave = self._client.script(LEAVE)
        self._renew = self._client.script(RENEW)
        self._clock = clock
        # The braces keep all keys of a project on one node of a cluster, as scripts over several keys need it.
        self._prefix = f"{{{prefix}}}:limits:"
        self._when_down = when_down
        self._lease_seconds = lease_seconds
        self._process = new_id(clock)
        self._last_id = 0
        self._open: dict[int, Admission] = {}
        self._renewing: asyncio.Task[None] | None = None
        self._asks_again_at = float("-inf")
        self._unchecked = self._refused_unchecked = self._failures = 0
        self._last_error = ""

    async def admit(self, asked: Asked) -> Admission:
        """Count the call, or raise LimitReached and count nothing.

        While Redis does not answer: LimitsUnavailable, or an Admission that `is_unchecked`, as was declared.
        """
        limited = [each for each in asked.allowances if each.has_limits]
        if not limited:
            return Admission(admission_id=0, asked=asked)
        self._last_id += 1
        key = self._last_id
        arguments = [self._member(key), self._lease_ms, asked.tokens, *_limits_of(limited)]
        answer = await self._ask(self._admit, self._keys_of(limited), arguments)
        if answer is None:
            return self._admit_unchecked(asked)
        place, kind_or_second, wait_ms = answer
        if place:
            raise _refuse(limited[place - 1], _KINDS[kind_or_second], wait_ms, tokens=asked.tokens)
        admission = self._open[key] = Admission(admission_id=key, asked=asked, second=kind_or_second)
        if self._renewing is None:
            self._renewing = asyncio.get_running_loop().create_task(self._renew_always(), name="plimsoll-limits")
        return admission

    async def leave(self, admission: Admission, *, tokens: int) -> None:
        """Free the places and correct the tokens; leaving again does nothing.

        Where Redis does not answer, the places come back when their lease ends and the estimate stays counted.
        """
        if self._open.pop(admission.admission_id, None) is None:
            return
        limited = [each for each in admission.asked.allowances if each.has_limits]
        surplus = admission.asked.tokens - tokens
        needs_telling = any(
            each.concurrent is not None or (surplus and each.tokens_per_minute is not None) for each in limited
        )
        if needs_telling:
            member = self._member(admission.admission_id)
            arguments = [member, admission.second, surplus, *_limits_of(limited)]
            await self._ask(self._leave, self._keys_of(limited), arguments)

    def health(self) -> LimiterHealth:
        """Return how the limiter fares."""
        return LimiterHealth(
            open_calls=len(self._open),
            unchecked=self._unchecked,
            refused_unchecked=self._refused_unchecked,
            failures=self._failures,
            last_error=self._last_error,
        )

    async def close(self) -> None:
        """Stop renewing and close the connections; places of calls under way end with their lease."""
        if self._renewing is not None:
            self._renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewing
            self._renewing = None
        self._asks_again_at = float("inf")
        await self._client.close()

    @property
    def _lease_ms(self) -> int:
        return int(self._lease_seconds * 1_000)

    def _member(self, key: int) -> str:
        return f"{self._process}:{key}"

    def _keys_of(self, limited: list[Allowance]) -> list[str]:
        """Return the names of the hash and of the sorted set of each allowance."""
        return [f"{self._prefix}{kind}:{each.allowance_id}" for each in limited for kind in ("minute", "places")]

    async def _ask(self, script: _Script, keys: list[str], arguments: list[str | int]) -> list[int] | None:
        """Run a script; None when Redis failed or took too long, now or within the last second."""
        if self._clock.monotonic() < self._asks_again_at:
            return None
        try:
            return await script(keys, arguments)
        except ConnectionError as error:
            self._failures += 1
            self._last_error = f"Redis did not answer as it should: {error}."
            # A server that is down is asked once a second, so that it does not cost every call the deadline.
            self._asks_again_at = self._clock.monotonic() + _PAUSE_SECONDS
            return None

    def _admit_unchecked(self, asked: Asked) -> Admission:
        if self._when_down == "fail_open":
            self._unchecked += 1
            return Admission(admission_id=0, asked=asked, is_unchecked=True)
        self._refused_unchecked += 1
        raise LimitsUnavailable(
            f"The limits of this call cannot be checked. {self._last_error}",
            next_step="Start Redis again, or let calls pass unchecked: when_redis_is_down = 'fail_open'.",
        )

    async def _renew_always(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            places = [
                (key, f"{self._prefix}places:{allowance.allowance_id}")
                for key, admission in self._open.items()
                for allowance in admission.asked.allowances
                if allowance.concurrent is not None
            ]
            for first in range(0, len(places), _RENEWED_AT_ONCE):
                some = places[first : first + _RENEWED_AT_ONCE]
                members = [self._member(key) for key, _ in some]
                await self._ask(self._renew, [name for _, name in some], [self._lease_ms, *members])


def _limits_of(limited: list[Allowance]) -> list[int]:
    limits = [(each.requests_per_minute, each.tokens_per_minute, each.concurrent) for each in limited]
    return [_NO_LIMIT if limit is None else limit for three in limits for limit in three]


def _refuse(allowance: Allowance, kind: LimitKind, wait_ms: int, *, tokens: int) -> LimitReached:
    wait = None if wait_ms < 0 else wait_ms / 1_000
    return refuse(allowance, kind, retry_after_seconds=wait, tokens=tokens)
