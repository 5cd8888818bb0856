"""Counts what the features cost that are called inside a block: how an evaluation learns what judging cost.

Opened by `evals`; the runner adds each request to the innermost block. It changes nothing about the request.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What the requests inside a block came to."""

    cost_usd: float | None = 0.0
    """Their cost; None as soon as one of them has no known cost."""
    models: set[str] = field(default_factory=set[str])
    """The models that answered, as `provider/model` in the provider's own words."""


_open: ContextVar[Tally | None] = ContextVar("plimsoll_tally", default=None)


@contextmanager
def tallied() -> Generator[Tally, None, None]:
    """Count the requests of features inside the block; a block within another has a tally of its own."""
    before, tally = _open.get(), Tally()
    _open.set(tally)
    try:
        yield tally
    finally:
        _open.set(before)


def add_to_tally(*, cost_usd: float | None, models: Iterable[str]) -> None:
    """Add one request to the tally that is open here, if any."""
    tally = _open.get()
    if tally is None:
        return
    known = tally.cost_usd is not None and cost_usd is not None
    tally.cost_usd = (tally.cost_usd or 0.0) + (cost_usd or 0.0) if known else None
    tally.models.update(models)
