"""Who pays for the calls inside a block, and whom they are about: for judging what a user was answered.

Opened by `evals` around online judgements, and around replays. What they cost must not use up the user's allowance;
what they show is the user's, so that it is erased with them and shown to nobody else.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec

from plimsoll.records import Principal


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and about whom."""

    payer: Principal
    """Whose limits and budgets the calls count against."""
    about: Principal
    """Whose request it is about: tenant and subject of the trace."""
    is_private: bool = True
    """Whether nobody but them may see the trace."""


_acting: ContextVar[Acting | None] = ContextVar("plimsoll_acting", default=None)


@contextmanager
def acting(payer: Principal, *, about: Principal, is_private: bool = True) -> Generator[None, None, None]:
    """Let features that are called without a caller be paid for by one and kept as another's."""
    before = _acting.get()
    _acting.set(Acting(payer=payer, about=about, is_private=is_private))
    try:
        yield
    finally:
        _acting.set(before)


def current_acting() -> Acting | None:
    """Return who pays and whom it is about; None outside such a block."""
    return _acting.get()
