"""What a retrieval came to: its passages, what it left out and why, and what it did without. Records only.

Features read it to decide how a request ends; spans, benchmarks and the console show it.
"""

from typing import Literal

import msgspec

from plimsoll.knowledge.retrieval.answerability import WITH_VECTORS, AnswerSignals
from plimsoll.knowledge.retrieval.mix import STRENGTH_MIX
from plimsoll.records import Passage

Finding = Literal["found", "empty", "irrelevant", "stale"]
"""`found`: passages that seem to hold an answer. `empty`: nothing that the caller may read and the filter means.
`irrelevant`: passages, none of which seems to. `stale`: whatever there was is older than its source allows."""
Step = Literal["rewrite", "rerank", "dense", "search"]
"""A step that a retrieval can do without; without `search` it serves what the same caller was given before."""


TimedStep = Literal["rewrite", "embed", "search", "look up", "rerank", "widen", "assemble"]
"""A step that takes time: `search` asks the index, `look up` asks the table of truth."""


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


class FoundBy(msgspec.Struct, frozen=True, kw_only=True):
    """How a chunk fared in each leg, for those who want to know why it is where it is."""

    words_rank: int | None = None
    """Its place by BM25, counted from 1; None: the words did not bring it."""
    bm25: float = 0.0
    """Its BM25; 0 where the words did not bring it."""
    words: float = 0.0
    """That over the best BM25 of the question, as it is mixed."""
    vector_rank: int | None = None
    """Its place by cosine, counted from 1; None: the vectors did not bring it."""
    chunk: float = 0.0
    """Cosine of the chunk and the question."""
    sentence: float = 0.0
    """Cosine of its closest sentence."""

    @property
    def strength(self) -> float:
        """Return the score that sentences and answerability go by, whatever mix ordered."""
        return STRENGTH_MIX.words * self.words + STRENGTH_MIX.chunk * self.chunk + STRENGTH_MIX.sentence * self.sentence


class StepTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long one step of a retrieval took."""

    step: TimedStep
    """The step."""
    milliseconds: float
    """Its time; of a step that was done twice both together."""


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
    found_by: dict[str, FoundBy] = {}
    """How each passage's `chunk_id` fared in the legs."""
    signals: AnswerSignals | None = None
    """What the answerability rests on; None without passages."""
    answerable_at: float = WITH_VECTORS.answerable_at
    """Answerability from which a question counts as answerable."""
    times: tuple[StepTime, ...] = ()
    """How long each step took, in order; empty where what was found before is served."""
