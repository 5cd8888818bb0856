"""A lock that is given back for certain: however its holder ends, is cancelled, or gives up waiting.

`Store.hold` and `Store.claim` take them. What takes and gives back blocks, and so runs in threads: a cancelled task
leaves its thread behind, and what it took or was about to take must not stay held by nobody.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE_SECONDS = 0.1


class Lock(ABC):
    """One named lock, to be taken and given back once. Every method blocks, and may be called in any thread."""

    def __init__(self) -> None:
        # Who gives up waiting may give the lock back while a thread is still taking it, or has not begun to.
        self._turn = threading.Lock()
        self._is_over = False

    def take(self) -> bool:
        """Try to take the lock; tell whether it is held now. Once it is given back, it never is."""
        with self._turn:
            return not self._is_over and self._take()

    def give_back(self) -> None:
        """Let go for good; doing so again does nothing."""
        with self._turn:
            self._is_over = True
            self._let_go()

    @abstractmethod
    def _take(self) -> bool: ...

    @abstractmethod
    def _let_go(self) -> None: ...


async def take(lock: Lock, *, wait_seconds: float) -> bool:
    """Try to take the lock until it is held or so long has passed, once at least; tell whether it is held now."""
    loop = asyncio.get_running_loop()
    end = loop.time() + wait_seconds
    while not (is_held := await _in_thread(lock.take)) and loop.time() < end:  # noqa: ASYNC110  (the holder is another process)
        await asyncio.sleep(_PAUSE_SECONDS)
    return is_held


async def give_back(lock: Lock) -> None:
    """Let go of the lock, also when the caller is cancelled before a thread is free for it."""
    await _in_thread(lock.give_back)


async def _in_thread(function: Callable[[], T]) -> T:
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, function))
