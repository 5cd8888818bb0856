"""A reranker and a rewriter that do as they are told, for tests of features that retrieve.

They pass the same contract tests as the real ones. A script is done line by line; when it is over, or where there is
none, they do something sensible: score by shared words, and return the question as it is.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from plimsoll.records import Message, Principal
from plimsoll.text import words

_REMEMBERED = 1_000

Line = TypeVar("Line")


class AskedToRerank(msgspec.Struct, frozen=True, kw_only=True):
    """One question that a scripted reranker saw."""

    question: str
    """The question."""
    texts: tuple[str, ...]
    """The texts to score."""
    caller: Principal
    """Who asked."""


class AskedToRewrite(msgspec.Struct, frozen=True, kw_only=True):
    """One question that a scripted rewriter saw."""

    question: str
    """The question."""
    conversation: tuple[Message, ...]
    """What was said before."""
    caller: Principal
    """Who asked."""


class Hangs(msgspec.Struct, frozen=True):
    """A line of a script: no answer ever comes."""


class ScriptedReranker:
    """A `Reranker` that gives the scores of its script, raises an error of it, or hangs."""

    def __init__(
        self, script: Sequence[Sequence[float] | Exception | Hangs] = (), *, before: Callable[[], None] | None = None
    ) -> None:
        """Take the lines, and what to do before each answer, e.g. move a clock."""
        self.asked: deque[AskedToRerank] = deque(maxlen=_REMEMBERED)
        """What it was asked, oldest first."""
        self._lines = deque(script)
        self._before = before

    async def rerank(
        self, question: str, texts: Sequence[str], *, caller: Principal, timeout_seconds: float
    ) -> Sequence[float]:
        """Return the next line of the script; without one, the share of the question's words in each text."""
        del timeout_seconds
        self.asked.append(AskedToRerank(question=question, texts=tuple(texts), caller=caller))
        if self._before is not None:
            self._before()
        line = self._lines.popleft() if self._lines else score_by_words(question, texts)
        return await _perform(line)


class ScriptedRewriter:
    """A `Rewriter` that gives the questions of its script, raises an error of it, or hangs."""

    def __init__(
        self, script: Sequence[tuple[str, ...] | Exception | Hangs] = (), *, before: Callable[[], None] | None = None
    ) -> None:
        """Take the lines, and what to do before each answer, e.g. move a clock."""
        self.asked: deque[AskedToRewrite] = deque(maxlen=_REMEMBERED)
        """What it was asked, oldest first."""
        self._lines = deque(script)
        self._before = before

    async def rewrite(
        self, question: str, *, conversation: Sequence[Message], caller: Principal, timeout_seconds: float
    ) -> tuple[str, ...]:
        """Return the next line of the script; without one, the question as it is."""
        del timeout_seconds
        self.asked.append(AskedToRewrite(question=question, conversation=tuple(conversation), caller=caller))
        if self._before is not None:
            self._before()
        return await _perform(self._lines.popleft() if self._lines else (question,))


def score_by_words(question: str, texts: Sequence[str]) -> tuple[float, ...]:
    """Return the share of the question's words that stand in each text."""
    asked = set(words(question))
    return tuple(len(asked.intersection(words(text))) / max(1, len(asked)) for text in texts)


async def _perform(line: Line | Exception | Hangs) -> Line:
    if isinstance(line, Exception):
        raise line
    while isinstance(line, Hangs):
        await asyncio.Event().wait()
    return line
