# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The one door to Redis: bounded connections, a deadline on every question, one kind of failure.

Limits, cache and doctor ask through it. Its package is an extra that carries partial types, costs 8 MB and 75 ms to
import, and is loaded when a Redis is first connected to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from plimsoll.errors import MissingPart
from plimsoll.records import Secret

T = TypeVar("T")


class RedisClient:
    """Connections to one Redis. Whatever goes wrong there, or takes too long, is a ConnectionError."""

    def __init__(self, url: Secret, *, connections: int, deadline_seconds: float) -> None:
        """Connect at the first question. Raises MissingPart without the extra `redis`."""
        try:
            from redis.asyncio import BlockingConnectionPool, Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
            from redis.exceptions import RedisError
        except ImportError as error:
            raise MissingPart(
                "Limits and caches in Redis need the extra `redis`.",
                next_step="Install it: pip install 'plimsoll[redis]'.",
            ) from error
        pool = BlockingConnectionPool.from_url(
            url.reveal(),
            max_connections=connections,
            timeout=deadline_seconds,
            socket_connect_timeout=deadline_seconds,
            # A connection that the server closed while it was idle is replaced once; the deadline bounds the rest.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis.from_pool(pool)
        self._failures = (RedisError, OSError, TimeoutError)
        self._deadline_seconds = deadline_seconds

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under a key. Raises ConnectionError."""
        found: object = await self._ask(lambda: self._redis.get(key))
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes, *, milliseconds: int) -> None:
        """Keep bytes for a while. Raises ConnectionError."""
        await self._ask(lambda: self._redis.set(key, value, px=milliseconds))

    def script(self, text: str) -> Callable[[list[str], list[str | int]], Awaitable[list[int]]]:
        """Return a call of a script that the server knows, or is told when it does not: keys, then arguments."""
        known = self._redis.register_script(text)

        async def run(keys: list[str], arguments: list[str | int]) -> list[int]:
            return await self._ask(lambda: known(keys=keys, args=arguments))

        return run

    async def ping(self) -> None:
        """Ask whether it is there. Raises ConnectionError."""
        await self._ask(self._redis.ping)

    async def describe(self) -> Mapping[str, object]:
        """Return what the server says of itself (`INFO`). Raises ConnectionError."""
        return await self._ask(lambda: self._redis.info("all"))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        task = asyncio.current_task()
        cancelled_before = task.cancelling() if task else 0
        try:
            return await self._ask_in_time(question)
        finally:
            # The package loses a cancellation now and then, and answers: its caller would go on, and whoever
            # cancelled it would wait for ever.
            if task is not None and task.cancelling() > cancelled_before:
                raise asyncio.CancelledError

    async def _ask_in_time(self, question: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await question()
        except self._failures as error:
            raise ConnectionError(type(error).__name__) from error
