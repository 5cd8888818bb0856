"""What a retrieval came to: its passages, what it left out and why, and what it did without. Records only.

Features read it to decide how a request ends; spans, benchmarks and the console show it.
"""

from typing import Literal

import msgspec

from plimsoll.records import Passage

Finding = Literal["found", "empty", "irrelevant", "stale"]
"""`found`: passages that seem to hold an answer. `empty`: nothing that the caller may read and the filter means.
`irrelevant`: passages, none of which seems to. `stale`: whatever there was is older than its source allows."""
Step = Literal["rewrite", "rerank", "dense", "search"]
"""A step that a retrieval can do without; without `search` it serves what the same caller was given before."""


class Degradation(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was left out, so that passages came in time or at all."""

    step: Step
    """The step."""
    reason: str
    """Why, in a few words."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that was near enough and is not there."""

    chunk_id: str
    """Its chunk."""
    source: str
    """Its document's source."""
    reason: Literal["budget", "stale"]
    """`budget`: it did not fit. `stale`: it is older than its source allows, and the plan wants none of those."""
    tokens: int = 0
    """Its tokens, where they were counted."""


class RetrievalResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus found."""

    passages: tuple[Passage, ...]
    """The nearest passages, best first unless the plan orders them by document, with their highlights."""
    answerability: float
    """Estimated probability that the passages hold an answer, between 0 and 1."""
    is_answerable: bool
    """Whether that is enough to answer; else the passages are the nearest there are."""
    index_seq: int
    """Changes of the corpus that the index contained."""
    finding: Finding = "empty"
    """What it came to."""
    questions: tuple[str, ...] = ()
    """What was searched for in place of the question, where it was rewritten; else empty."""
    left_out: tuple[LeftOut, ...] = ()
    """What was near enough and is not there, best first."""
    degraded: tuple[Degradation, ...] = ()
    """The steps that were left out; empty where none was."""
    tokens: int = 0
    """Tokens of the passages together, where the plan has a budget; else 0."""
