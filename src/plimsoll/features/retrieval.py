"""Which documents a feature answers from, and the seam through which the runner asks for them."""

from typing import Protocol

import msgspec

from plimsoll.errors import InvalidFeature
from plimsoll.records import Passage, Principal

_MOST_PASSAGES = 50


class Retrieval(msgspec.Struct, frozen=True):
    """The documents that a feature answers from."""

    corpus: str
    """Name of the corpus in `plimsoll.toml`."""
    passages: int = 6
    """How many passages go into the prompt, at most."""
    query: str = ""
    """Field of the input that is searched for; may be left out where only one is a text, or one is `text`."""

    def __post_init__(self) -> None:
        """Refuse a nameless corpus and a number of passages that no prompt holds."""
        if not self.corpus:
            raise InvalidFeature("Retrieval('') names no corpus.", next_step="Write e.g. Retrieval('handbook').")
        if not 1 <= self.passages <= _MOST_PASSAGES:
            raise InvalidFeature(
                f"Retrieval({self.corpus!r}, passages={self.passages!r}) is not between 1 and {_MOST_PASSAGES}.",
                next_step="Six passages are a good start.",
            )


class Retrieved(Protocol):
    """What a corpus found for one question."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, best first."""
        ...

    @property
    def is_answerable(self) -> bool:
        """Whether they seem to hold an answer."""
        ...


class Retriever(Protocol):
    """A corpus, as the runner sees it."""

    async def retrieve(self, query: str, *, passages: int, caller: Principal) -> Retrieved:
        """Return the passages that speak to the query, out of those that the caller may read."""
        ...
