"""Wait for something to come true, with a deadline."""

import asyncio
from collections.abc import Callable


async def until(is_true: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Look every 10 ms; fail when it has not come true in time."""
    give_up_at = asyncio.get_running_loop().time() + seconds
    while not is_true():
        assert asyncio.get_running_loop().time() < give_up_at, "it did not come true in time"
        await asyncio.sleep(0.01)
