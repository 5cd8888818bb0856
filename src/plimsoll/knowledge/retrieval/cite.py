"""Checks quotations: each must stand, word for word, in the passage that it names. Pure.

Features call it on what a model claims to quote. White space may differ; nothing else may.
"""

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec

from plimsoll.records import Citation, Passage

_WHITE_SPACE = re.compile(r"\s+")
_LONGEST_QUOTE = 4_000
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}


class ClaimedQuote(Protocol):
    """What a model claims to have taken from a passage; any object with these two fields will do."""

    @property
    def passage(self) -> int:
        """Number of the passage in the request, counted from 1."""
        ...

    @property
    def quote(self) -> str:
        """The text it claims to have taken."""
        ...


class RejectedQuote(msgspec.Struct, frozen=True, kw_only=True):
    """A quotation that does not hold."""

    passage: int
    """The passage that was named, counted from 1."""
    quote: str
    """The text that was claimed."""
    reason: str
    """Why it does not hold, in one sentence."""


class CitationCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Which quotations hold."""

    citations: tuple[Citation, ...]
    """Those found, with their exact place in the document, in the order claimed, each place once."""
    rejected: tuple[RejectedQuote, ...]
    """Those found nowhere."""


def verify_quotes(quotes: Sequence[ClaimedQuote], passages: Sequence[Passage]) -> CitationCheck:
    """Find each quotation in the passage that it names.

    Runs of white space match each other, and curved quotation marks match straight ones; the citation carries the
    document's own characters. A quotation of another passage than the one named is rejected: the number is a claim too.
    """
    citations: dict[tuple[str, int, int], Citation] = {}
    rejected: list[RejectedQuote] = []
    for claim in quotes:
        found = _find(claim, passages)
        if isinstance(found, str):
            rejected.append(RejectedQuote(passage=claim.passage, quote=claim.quote, reason=found))
        else:
            citations.setdefault((found.document_id, found.start, found.end), found)
    return CitationCheck(citations=tuple(citations.values()), rejected=tuple(rejected))


def _find(claim: ClaimedQuote, passages: Sequence[Passage]) -> Citation | str:
    if not 1 <= claim.passage <= len(passages):
        return f"There is no passage {claim.passage}: {len(passages)} were retrieved."
    wanted = claim.quote.strip()
    if not wanted:
        return "The quotation is empty."
    if len(wanted) > _LONGEST_QUOTE:
        return f"The quotation has {len(wanted):,} characters; at most {_LONGEST_QUOTE:,} are checked."
    passage = passages[claim.passage - 1]
    span = _place(wanted, passage.text)
    if span is None:
        return f"The text stands nowhere in passage {claim.passage} ({passage.source!r})."
    return _citation(passage, span.start(), span.end())


def _place(wanted: str, text: str) -> re.Match[str] | None:
    exact = re.compile(re.escape(wanted)).search(text)
    if exact is not None:
        return exact
    words = (re.escape(_straight(word)) for word in _WHITE_SPACE.split(wanted))
    return re.compile(r"\s+".join(words)).search(_straight(text))


def _straight(text: str) -> str:
    return text.translate(str.maketrans(_QUOTES))


def _citation(passage: Passage, start: int, end: int) -> Citation:
    return Citation(
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        source=passage.source,
        title=passage.title,
        heading=passage.heading,
        page=passage.page,
        start=passage.start + start,
        end=passage.start + end,
        quote=passage.text[start:end],
    )
