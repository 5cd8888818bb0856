"""Checks quotations: each must stand, word for word, in the passage that it names. Pure.

Features call it on what a model claims to quote. The way of writing may differ (white space, quotation marks,
ligatures, marks of Markdown); no letter, digit or sign may. A citation carries the document's own characters.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from plimsoll.knowledge.retrieval.folding import FoldedText, fold
from plimsoll.records import Citation, Passage

_LONGEST_QUOTE = 4_000
_MOST_PLACES = 1_000


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

    It is looked for as it is, then with white space, quotation marks, dashes, ligatures, soft hyphens and the form of
    accents made alike, then without the marks of Markdown. A quotation that begins or ends within a word or a number
    is rejected: `lawful` does not stand in `unlawful`, nor `1` in `1,000`. A quotation of another passage than the one
    named is rejected: the number is a claim too.
    """
    citations: dict[tuple[str, int, int], Citation] = {}
    rejected: list[RejectedQuote] = []
    for claim in quotes:
        found = _find(claim, passages)
        if isinstance(found, str):
            rejected.append(RejectedQuote(passage=claim.passage, quote=claim.quote, reason=found))
            continue
        for citation in found:
            citations.setdefault((citation.document_id, citation.start, citation.end), citation)
    return CitationCheck(citations=tuple(citations.values()), rejected=tuple(rejected))


def _find(claim: ClaimedQuote, passages: Sequence[Passage]) -> tuple[Citation, ...] | str:
    if not 1 <= claim.passage <= len(passages):
        return f"There is no passage {claim.passage}: {len(passages)} were retrieved."
    wanted = claim.quote.strip()
    if not wanted:
        return "The quotation is empty."
    if len(wanted) > _LONGEST_QUOTE:
        return f"The quotation has {len(wanted):,} characters; at most {_LONGEST_QUOTE:,} are checked."
    passage = passages[claim.passage - 1]
    is_cut = False
    for sought, text in _forms(wanted, passage.text):
        places = _places(sought, text.text)
        whole = next((place for place in places if _is_whole(text, place, place + len(sought))), None)
        if whole is not None:
            return _citations(passage, text.starts[whole], text.ends[whole + len(sought) - 1])
        is_cut = is_cut or bool(places)
    if is_cut:
        return f"In passage {claim.passage} ({passage.source!r}) the text begins or ends within a word or a number."
    return f"The text stands nowhere in passage {claim.passage} ({passage.source!r})."


def _forms(wanted: str, text: str) -> Iterator[tuple[str, FoldedText]]:
    """Yield quotation and passage as they are, then alike in writing, then without marks, as long as anything stays."""
    yield wanted, FoldedText(text=text, starts=range(len(text)), ends=range(1, len(text) + 1))
    for drops_marks in (False, True):
        sought = fold(wanted, drops_marks=drops_marks).text
        if sought:
            yield sought, fold(text, drops_marks=drops_marks)


def _places(sought: str, text: str) -> list[int]:
    places: list[int] = []
    place = text.find(sought)
    while place >= 0 and len(places) < _MOST_PLACES:
        places.append(place)
        place = text.find(sought, place + 1)
    return places


def _is_whole(folded: FoldedText, start: int, end: int) -> bool:
    return _is_edge(folded, start) and _is_edge(folded, end)


def _is_edge(folded: FoldedText, place: int) -> bool:
    """Tell whether no character, word or number goes on across the place."""
    text = folded.text
    if place in {0, len(text)}:
        return True
    before, after = text[place - 1], text[place]
    if folded.starts[place] == folded.starts[place - 1] or unicodedata.combining(after):
        return False
    if _is_of_a_word(before) and _is_of_a_word(after):
        return False
    return not (_is_number_mark(text, place - 1) or _is_number_mark(text, place))


def _is_of_a_word(character: str) -> bool:
    # Scripts without upper and lower case often write no space between words.
    return character.isdigit() or character.lower() != character.upper()


def _is_number_mark(text: str, place: int) -> bool:
    """Tell whether a comma or a point with a digit on either side stands there."""
    return text[place] in ".," and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()


def _citations(passage: Passage, start: int, end: int) -> tuple[Citation, ...]:
    """Return a citation for each chunk that the quotation runs over: what stands between two is not known exactly."""
    if not passage.parts:
        return (_citation(passage, start, end, chunk_id=passage.chunk_id, page=passage.page),)
    cited: list[Citation] = []
    for part in passage.parts:
        first, last = max(start, part.start), min(end, part.end)
        if passage.text[first:last].strip():
            cited.append(_citation(passage, first, last, chunk_id=part.chunk_id, page=part.page))
            start = last
    return tuple(cited)


def _citation(passage: Passage, start: int, end: int, *, chunk_id: str, page: int | None) -> Citation:
    return Citation(
        chunk_id=chunk_id,
        document_id=passage.document_id,
        source=passage.source,
        title=passage.title,
        heading=passage.heading,
        page=page,
        start=passage.start + start,
        end=passage.start + end,
        quote=passage.text[start:end],
        checked_at=passage.checked_at,
        modified_at=passage.modified_at,
        age_seconds=passage.age_seconds,
        is_stale=passage.is_stale,
    )
