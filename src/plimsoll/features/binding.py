"""Which open project runs the features that are called here.

The project binds its runtime while it is open. A context that inherited no binding (a plain thread, a request task of
a web server) falls back on the project that is open in this process, when there is exactly one.
"""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from plimsoll.errors import NotBound


@dataclass(eq=False)
class Binding:
    """A runtime, and the event loop that its connections belong to."""

    runtime: object
    """What runs features; typed as `Runtime` where it is read."""
    loop: asyncio.AbstractEventLoop
    """The loop on which it was opened."""
    outer: "Binding | None"
    """The binding that this one hides."""
    is_open: bool = True
    """False once the project was closed."""


_bound: ContextVar[Binding | None] = ContextVar("plimsoll_runtime", default=None)
_lock = threading.Lock()
_open_bindings: list[Binding] = []


@contextmanager
def bound(runtime: object) -> Generator[None, None, None]:
    """Bind the runtime to this context and to the running loop until the block ends."""
    binding = Binding(runtime, asyncio.get_running_loop(), outer=_bound.get())
    _bound.set(binding)
    with _lock:
        _open_bindings.append(binding)
    try:
        yield
    finally:
        # The end may run in another context than the beginning (a test's fixture), where a token could not be reset.
        binding.is_open = False
        _bound.set(binding.outer)
        with _lock:
            _open_bindings.remove(binding)


def current_binding(feature: str) -> Binding:
    """Return the innermost open binding; raises NotBound when there is none, or several and none of them is ours."""
    binding = _bound.get()
    while binding is not None and not binding.is_open:
        binding = binding.outer
    if binding is not None:
        return binding
    with _lock:
        candidates = list(_open_bindings)
    if len(candidates) == 1:
        return candidates[0]
    raise _not_bound(feature, candidates)


def _not_bound(feature: str, candidates: list[Binding]) -> NotBound:
    if candidates:
        return NotBound(
            f"Feature {feature!r} was called where {len(candidates)} projects are open and none is bound.",
            next_step="Call it inside the `async with plimsoll.open(...)` of the project that you mean.",
        )
    return NotBound(
        f"Feature {feature!r} was called while no project is open.",
        next_step=f'Open one around the call: `async with plimsoll.open("."): result = await {feature}(...)`.',
    )
