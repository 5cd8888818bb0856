"""Where the answer of a case stands: `expected.evidence`, and whether a passage or a citation is that place.

Pure. Called when a dataset is loaded, by the scorers of citations and by the evaluation of retrieval.
"""

from collections.abc import Sequence
from typing import cast

import msgspec

from plimsoll.datasets.wording import expected_texts, normalise
from plimsoll.records import Case, Citation, Passage

_FEWEST_WORDS_TO_SPLIT = 8
_FEWEST_WORDS_WITHIN = 5
_MOST = 200


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place that an answer needs: a document, a page of it, characters of it, or words that stand there.

    Everything that is given has to fit.
    """

    source: str = ""
    """The document, as `plimsoll ask` names it, or the end of that after a `/`; empty: any document."""
    page: int | None = None
    """Its page, counted from 1."""
    text: str | tuple[str, ...] = ""
    """A quotation, or a whole chunk; of several texts any one will do. White space, case and marks do not matter."""
    start: int | None = None
    """First character, counted within the document's parsed text; needs `source` and `end`."""
    end: int | None = None
    """One past the last character."""
    relevance: float = 1.0
    """How much it is worth in nDCG, above 0."""

    def texts(self) -> tuple[str, ...]:
        """Return the texts of which any one will do."""
        listed = (self.text,) if isinstance(self.text, str) else self.text
        return tuple(one for one in listed if one.strip())

    def find_problem(self) -> str:
        """Return what is wrong with it, or nothing."""
        has_span = self.start is not None and self.end is not None
        problems = {
            "it names no 'source' and no 'text'": not (self.source or self.texts()),
            "'start' and 'end' need each other and a 'source'": (self.start is None) != (self.end is None)
            or (has_span and not self.source),
            "'end' is not after 'start'": has_span and not 0 <= cast("int", self.start) < cast("int", self.end),
            "'relevance' is not above 0": not 0 < self.relevance < float("inf"),
        }
        return next((problem for problem, is_there in problems.items() if is_there), "")


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """What a passage or a citation covers, in the form that evidence is compared with."""

    source: str
    """The document."""
    page: int | None
    """Its page."""
    start: int
    """First character, counted within the document's parsed text."""
    end: int
    """One past the last character."""
    words: str
    """Its words in one form."""

    @classmethod
    def of_passage(cls, passage: Passage) -> "Spot":
        """Return what a passage covers."""
        return cls(
            source=passage.source,
            page=passage.page,
            start=passage.start,
            end=passage.start + len(passage.text),
            words=normalise(passage.text),
        )

    @classmethod
    def of_citation(cls, citation: Citation) -> "Spot":
        """Return what a citation covers."""
        return cls(
            source=citation.source,
            page=citation.page,
            start=citation.start,
            end=citation.end,
            words=normalise(citation.quote),
        )

    def holds(self, evidence: Evidence) -> bool:
        """Tell whether it is the evidence's place, or a part of it that can be told."""
        return (
            _is_source(evidence.source, self.source)
            and evidence.page in {None, self.page}
            and self._overlaps(evidence)
            and (not evidence.texts() or any(_is_same_text(normalise(text), self.words) for text in evidence.texts()))
        )

    def _overlaps(self, evidence: Evidence) -> bool:
        if evidence.start is None or evidence.end is None:
            return True
        return self.start < evidence.end and evidence.start < self.end


def read_evidence(value: object) -> tuple[Evidence, ...]:
    """Return the list as evidence. Raises ValueError that says what is wrong."""
    try:
        listed = msgspec.convert(value, tuple[Evidence, ...])
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    problem = next((problem for one in listed if (problem := one.find_problem())), "")
    if problem or not 0 < len(listed) <= _MOST:
        raise ValueError(problem or f"it has {len(listed)} places, not 1 to {_MOST}")
    return listed


def evidence_of(case: Case) -> tuple[Evidence, ...]:
    """Return where the case's answer stands: its `evidence`, else any place with one of `expected.contains`.

    A case that expects an abstention has none.
    """
    if case.expected.get("abstain") is True:
        return ()
    if "evidence" in case.expected:
        return read_evidence(case.expected["evidence"])
    texts = expected_texts(case)
    return (Evidence(text=tuple(texts)),) if texts else ()


def first_places(evidence: Sequence[Evidence], spots: Sequence[Spot]) -> tuple[int | None, ...]:
    """Return the place of the first spot that holds each evidence, counted from 1; None where none does."""
    return tuple(next((place for place, spot in enumerate(spots, 1) if spot.holds(one)), None) for one in evidence)


def _is_source(wanted: str, source: str) -> bool:
    return not wanted or source == wanted or source.endswith(f"/{wanted}")


def _is_same_text(wanted: str, words: str) -> bool:
    """Tell whether the words hold the wanted ones, or at least one whole half of them, or lie within them.

    A quotation that a chunk's border cuts in two keeps its first or its second half whole on one side.
    """
    tokens = wanted.split()
    middle = len(tokens) // 2
    halves = [tokens[:middle], tokens[middle:]] if len(tokens) >= _FEWEST_WORDS_TO_SPLIT else [tokens]
    if any(f" {' '.join(half)} " in f" {words} " for half in halves):
        return True
    return len(words.split()) >= _FEWEST_WORDS_WITHIN and f" {words} " in f" {wanted} "
