"""Answer a question with sentences of its passages, or abstain: no model, no invention.

The embedded provider calls it. It trusts the highlights' scores, which `knowledge` computed; it ranks nothing itself.
Pure.
"""

import re
import unicodedata
from collections.abc import Iterator

import msgspec

from plimsoll.gateway.chat import Grounding

_BLOCK_MARK = re.compile(r"^(?:[-*+•>]|#{1,6}|\d{1,3}[.)])\s+")


class ReaderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader decides by; measured by `benchmarks/answers.py`."""

    most_sentences: int = 2
    """Most sentences in an answer."""
    next_at_least: float = 0.5
    """A further sentence is added when its score is at least this share of the best one's."""


class QuotedSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a passage, in the shape that real models are asked for."""

    passage: int
    """Place of the passage, counted from 1."""
    quote: str
    """The sentence, exactly as it stands in the passage."""


class ExtractedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The object that the reader writes as JSON, and that prompts ask real models for."""

    answer: str
    """The sentences, joined by a space; empty when it abstained."""
    quotes: tuple[QuotedSentence, ...]
    """Where each sentence stands, best first."""
    abstained: bool
    """True when there is no ground for an answer."""


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    score: float
    place: int
    text: str


_ABSTAINED = ExtractedAnswer(answer="", quotes=(), abstained=True)


def extract_answer(grounding: Grounding, settings: ReaderSettings) -> ExtractedAnswer:
    """Return the best highlighted sentences over all passages, or an abstention.

    The answer is written plainly, the quotations are verbatim: those must be found in the document again.
    Equal scores go by the passage's rank. A sentence that repeats a chosen one (chunks overlap) is passed over.
    """
    ranked = sorted(_candidates(grounding), key=lambda candidate: (-candidate.score, candidate.place))
    if not grounding.answerable or not ranked:
        return _ABSTAINED
    least = ranked[0].score * settings.next_at_least
    chosen = ranked[:1]
    for candidate in ranked[1:]:
        if len(chosen) == settings.most_sentences or candidate.score < least or candidate.score <= 0:
            break
        if not any(candidate.text in one.text or one.text in candidate.text for one in chosen):
            chosen.append(candidate)
    return ExtractedAnswer(
        answer=" ".join(write_plainly(one.text) for one in chosen),
        quotes=tuple(QuotedSentence(passage=one.place, quote=one.text) for one in chosen),
        abstained=False,
    )


def write_plainly(sentence: str) -> str:
    """Return a sentence of a document as prose: no list mark, table bars or emphasis, white space folded, an end."""
    plain = _BLOCK_MARK.sub("", " ".join(sentence.split())).replace("**", "")
    if plain.startswith("|") or plain.endswith("|"):
        plain = ": ".join(cell.strip() for cell in plain.split("|") if cell.strip())
    ends = not plain or unicodedata.category(plain[-1]).startswith("P")
    return plain if ends else f"{plain}."


def _candidates(grounding: Grounding) -> Iterator[_Candidate]:
    for place, passage in enumerate(grounding.passages, start=1):
        for highlight in passage.highlights:
            text = passage.text[highlight.start : highlight.end].strip()
            if text:
                yield _Candidate(score=highlight.score, place=place, text=text)
