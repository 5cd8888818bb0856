"""Makes passages of what was chosen: text, highlights, age, and whether they hold an answer. Pure but for the index.

`search` runs it in a worker thread. It chooses nothing: contenders are ranked and packed before.
"""

from collections.abc import Sequence

import msgspec

from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.readers import PUBLIC
from plimsoll.knowledge.retrieval.answerability import AnswerSignals, AnswerWeights, ReadPassage, best_signals
from plimsoll.knowledge.retrieval.contender import Contender, Stretch
from plimsoll.knowledge.retrieval.freshness import Freshness
from plimsoll.knowledge.retrieval.highlight import Question
from plimsoll.knowledge.retrieval.result import Finding
from plimsoll.knowledge.retrieval.retrieve import read_passage, sentence_spans
from plimsoll.knowledge.retrieval.widening import parts_of, text_of
from plimsoll.records import Highlight, Passage

_HIGHLIGHTS_A_PASSAGE = 3


class Assembled(msgspec.Struct, frozen=True, kw_only=True):
    """Passages, ready to be answered from."""

    passages: tuple[Passage, ...]
    """The passages, in the order of the stretches."""
    answerability: float
    """Estimated probability that they hold an answer to one of the questions."""
    is_answerable: bool
    """Whether that is enough to answer."""
    signals: AnswerSignals | None
    """What that rests on; None without passages."""

    @property
    def finding(self) -> Finding:
        """Return what the retrieval came to."""
        if not self.passages:
            return "empty"
        return "found" if self.is_answerable else "irrelevant"


def assemble(
    snapshot: Snapshot,
    questions: Sequence[Question],
    stretches: Sequence[Stretch],
    *,
    freshness: Freshness,
    weights: AnswerWeights,
) -> Assembled:
    """Make a passage of each stretch, with highlights, and judge whether together they hold an answer."""
    read: list[list[ReadPassage]] = [[] for _ in questions]
    passages: list[Passage] = []
    for stretch in stretches:
        highlights: list[Highlight] = []
        for contender in (stretch.best, *stretch.others):
            own = _read(snapshot, questions[contender.question], contender)
            read[contender.question].append(own)
            highlights += _highlights(own, contender, offset=contender.chunk.start - stretch.chunks[0].start)
        best = sorted(highlights, key=lambda highlight: -highlight.score)[:_HIGHLIGHTS_A_PASSAGE]
        passages.append(_passage(stretch, tuple(best), freshness))
    judged = [best_signals(question, own) for question, own in zip(questions, read, strict=True)]
    signals = max((one for one in judged if one is not None), key=weights.chance, default=None)
    chance = weights.chance(signals) if signals else 0.0
    return Assembled(
        passages=tuple(passages), answerability=chance, is_answerable=chance >= weights.answerable_at, signals=signals
    )


def _read(snapshot: Snapshot, question: Question, contender: Contender) -> ReadPassage:
    return read_passage(snapshot, question, contender.chunk, row=contender.row, score=contender.found_by.strength)


def _highlights(read: ReadPassage, contender: Contender, *, offset: int) -> list[Highlight]:
    spans = sentence_spans(contender.chunk)
    return [
        Highlight(start=start + offset, end=end + offset, score=signal.score())
        for (start, end), signal in zip(spans, read.signals, strict=True)
    ]


def _passage(stretch: Stretch, highlights: tuple[Highlight, ...], freshness: Freshness) -> Passage:
    first, chunk = stretch.chunks[0], stretch.best.chunk
    return Passage(
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        source=chunk.source,
        title=chunk.title,
        heading=chunk.heading,
        page=first.page,
        start=first.start,
        text=text_of(stretch.chunks),
        score=stretch.best.score,
        highlights=highlights,
        parts=parts_of(stretch.chunks),
        also_in=stretch.best.also_in,
        rerank_score=stretch.best.rerank_score,
        checked_at=chunk.checked_at,
        modified_at=chunk.modified_at,
        age_seconds=freshness.age_of(chunk).total_seconds(),
        is_stale=freshness.is_stale(chunk),
        is_open=PUBLIC in chunk.readers,
    )
