"""Which strategy cuts the documents of a corpus, with its numbers. Settings and benchmarks call `make_chunking`."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from plimsoll.errors import InvalidRequest, nearest_name, one_of

Strategy = Literal["headings", "sentence_window", "fixed", "table_rows", "parent_child"]
"""Ways to cut a document; docs/guides/chunking.md says when which is right."""


class Chunking(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy and its numbers; a number that means nothing to the strategy is 0. Made by `make_chunking`."""

    strategy: Strategy = "headings"
    """How documents are cut."""
    tokens: int = 200
    """Tokens that a chunk aims at; of `fixed`, tokens that it has."""
    overlap: int = 0
    """What a chunk repeats of the one before: tokens of `fixed`, sentences of `sentence_window`."""
    sentences: int = 0
    """Sentences of a window."""
    parent_tokens: int = 0
    """Tokens that a parent aims at, whose number a child carries as its section."""
    context: bool = True
    """Whether title and headings are put before the text for embedding and full-text search."""

    def describe(self) -> str:
        """Return it as a person writes it, e.g. `fixed, tokens 200, overlap 40`."""
        numbers = [f"{name} {getattr(self, name)}" for name in _NUMBERS[self.strategy]]
        return ", ".join([self.strategy, *numbers, *([] if self.context else ["no context"])])


class _Number(msgspec.Struct, frozen=True):
    default: int
    low: int
    high: int


_NUMBERS: dict[Strategy, dict[str, _Number]] = {
    "headings": {"tokens": _Number(200, 16, 8192)},
    "sentence_window": {"sentences": _Number(5, 1, 100), "overlap": _Number(2, 0, 99)},
    "fixed": {"tokens": _Number(200, 16, 8192), "overlap": _Number(40, 0, 8191)},
    "table_rows": {"tokens": _Number(200, 16, 8192)},
    "parent_child": {"tokens": _Number(80, 16, 8192), "parent_tokens": _Number(800, 32, 65536)},
}


def make_chunking(
    strategy: str = "headings", numbers: Mapping[str, int] | None = None, *, context: bool = True
) -> Chunking:
    """Return the record; numbers that are not given have the strategy's defaults.

    Raises InvalidRequest for an unknown strategy, a number that means nothing to it or that is out of its bounds.
    """
    known = _strategy_of(strategy)
    own = _NUMBERS[known]
    given = dict(numbers or {})
    for name, value in given.items():
        _check(known, own, name, value=value)
    filled = {"tokens": 0, **{name: number.default for name, number in own.items()}, **given}
    return _consistent(Chunking(strategy=known, context=context, **filled))


def _strategy_of(name: str) -> Strategy:
    by_name: dict[str, Strategy] = {strategy: strategy for strategy in _NUMBERS}
    found = by_name.get(name)
    if found is None:
        near = nearest_name(name, _NUMBERS)
        raise InvalidRequest(
            f"{name!r} is no chunking strategy{f'; did you mean {near!r}?' if near else '.'}",
            next_step=f"Choose one of {one_of(_NUMBERS)}; see docs/guides/chunking.md.",
        )
    return found


def _check(strategy: Strategy, own: Mapping[str, _Number], name: str, *, value: int) -> None:
    if name not in own:
        raise InvalidRequest(
            f"{name!r} means nothing to the chunking strategy {strategy!r}.",
            next_step=f"Its numbers are {one_of(own)}.",
        )
    bounds = own[name]
    if not bounds.low <= value <= bounds.high:
        raise InvalidRequest(
            f"{name} is {value!r}; the chunking strategy {strategy!r} takes {bounds.low} to {bounds.high}.",
            next_step="Correct the number.",
        )


def _consistent(chunking: Chunking) -> Chunking:
    whole = {"fixed": ("tokens", chunking.tokens), "sentence_window": ("sentences", chunking.sentences)}
    name, size = whole.get(chunking.strategy, ("", 0))
    if name and chunking.overlap >= size:
        raise InvalidRequest(
            f"overlap is {chunking.overlap}, and {name} is {size}: a chunk would repeat all of the one before.",
            next_step=f"Choose an overlap below {name}.",
        )
    if chunking.strategy == "parent_child" and chunking.parent_tokens < chunking.tokens:
        raise InvalidRequest(
            f"parent_tokens is {chunking.parent_tokens}, and tokens is {chunking.tokens}: a parent holds its children.",
            next_step="Choose parent_tokens of at least tokens.",
        )
    return chunking
