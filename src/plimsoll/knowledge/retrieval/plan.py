"""How a question is answered from a corpus: how much, from where, by which steps and by when. Pure.

A corpus has one plan from `[knowledge.NAME.retrieval]`; a feature's `Retrieval(...)` changes what it names. It is
compiled once, when the feature is checked, and takes no part in how a step works.
"""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from plimsoll.errors import InvalidRequest, nearest_name, one_of
from plimsoll.knowledge.where import EVERYWHERE, Where

Widen = Literal["none", "neighbours", "section"]
"""To what a passage is widened: its chunk alone, the chunks beside it in its section, or its whole section."""
Order = Literal["best", "document"]
"""How passages follow each other: best first, or as they stand in their documents, the best document first."""


class RetrievalPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a retrieval does. Raises InvalidRequest for a value that means nothing."""

    passages: int = 6
    """Most passages, 1 to 50."""
    token_budget: int = 0
    """Most tokens of all passages together, as the embedding model counts them, 50 to 1,000,000; 0: no budget."""
    where: Where = EVERYWHERE
    """Which documents take part, besides what the caller may read."""
    widen: Widen = "none"
    """To what each passage is widened, within the budget."""
    order: Order = "best"
    """How they follow each other."""
    rerank: bool = False
    """Whether the corpus's reranker orders the candidates anew."""
    rerank_candidates: int = 24
    """How many it is given, 2 to 200."""
    rewrite: bool = False
    """Whether the corpus's rewriter makes the question self-contained and splits a compound one."""
    rewrite_ms: int = 2_000
    """Longest time for that, in milliseconds, 10 to 60,000."""
    deadline_ms: int = 0
    """Time within which passages come, with less if need be: see `Degradation`; 10 to 10,000. 0: 10 s, and nothing is
    dropped."""
    max_age_hours: float = 0.0
    """Age from which a document is stale whose source declares none; 0: never."""
    leave_out_stale: bool = False
    """Whether stale passages are left out."""

    def __post_init__(self) -> None:
        """Refuse a value that means nothing."""
        mistake = mistake_in(msgspec.structs.asdict(self))
        if mistake:
            raise InvalidRequest(mistake, next_step="See docs/guides/retrieval.md.")

    @property
    def is_plain(self) -> bool:
        """Return whether nothing has to be asked between the index's answer and the passages."""
        return not self.rerank and self.widen == "none"


_RANGES: dict[str, tuple[float, float]] = {
    "passages": (1, 50),
    "token_budget": (50, 1_000_000),
    "rerank_candidates": (2, 200),
    "rewrite_ms": (10, 60_000),
    "deadline_ms": (10, 10_000),
    "max_age_hours": (0, 1_000_000),
}
_FRACTIONS = frozenset({"max_age_hours"})
_SWITCHES = frozenset({"rerank", "rewrite", "leave_out_stale"})
_OFF_AT_ZERO = frozenset({"token_budget", "deadline_ms"})
_CHOICES: dict[str, tuple[str, ...]] = {"widen": get_args(Widen), "order": get_args(Order)}


def mistake_in(values: Mapping[str, object]) -> str:
    """Return what is wrong with the first field of a plan that has a wrong value, in a sentence; empty: nothing is."""
    return next((found for name, value in values.items() if (found := _mistake(name, value))), "")


def _mistake(name: str, value: object) -> str:
    if name in _CHOICES:
        return _wrong_choice(name, value)
    if name in _RANGES:
        return _out_of_range(name, value)
    if name in _SWITCHES and not isinstance(value, bool):
        return f"{name}={value!r} is neither True nor False."
    if name == "where" and not isinstance(value, Where):
        return f"{name}={value!r} is no Where(...)."
    return ""


def _wrong_choice(name: str, value: object) -> str:
    if value in _CHOICES[name]:
        return ""
    near = nearest_name(str(value), _CHOICES[name])
    hint = f" Did you mean {near!r}?" if near else ""
    return f"{name}={value!r} is not one of {one_of(_CHOICES[name])}.{hint}"


def _out_of_range(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{name}={value!r} is no number."
    if isinstance(value, float) and name not in _FRACTIONS:
        return f"{name}={value!r} is no whole number."
    low, high = _RANGES[name]
    if low <= value <= high or (name in _OFF_AT_ZERO and value == 0):
        return ""
    zero = ", or 0" if name in _OFF_AT_ZERO else ""
    return f"{name}={value!r} is not between {low:,} and {high:,}{zero}."


def change_plan(plan: RetrievalPlan, **changes: object) -> RetrievalPlan:
    """Return the plan with those changes that are not None. Raises InvalidRequest for a value that means nothing."""
    meant = {name: value for name, value in changes.items() if value is not None}
    return msgspec.structs.replace(plan, **meant) if meant else plan
