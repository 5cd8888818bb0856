"""How long an answer may take that comes in pieces: its model's whole deadline, and a while for a slow reader."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from plimsoll.errors import DeadlinePassed
from plimsoll.gateway import Gateway

_GRACE_SECONDS = 30.0


@asynccontextmanager
async def within_policy(gateway: Gateway, model: str, *, grace_seconds: float = _GRACE_SECONDS) -> AsyncGenerator[None]:
    """End the block when its time is over. The gateway bounds its own waits; this bounds the caller's.

    Raises DeadlinePassed, and NotFound for an unknown model.
    """
    seconds = gateway.plan.find(model).policy.timeouts.total_seconds + grace_seconds
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise DeadlinePassed(f"The caller did not read the answer within {seconds:g} s.") from error
