"""Whatever a model claims, a citation that survives stands at its offsets in the document."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.knowledge import verify_quotes
from plimsoll.knowledge.retrieval.folding import fold
from plimsoll.records import Citation, Passage

LETTERS = ("paid", "un", "5", "1,000", "\ufb01", "e\u0301", "\u00e9", "\u4e2d", "\U0001f600", "\u2019", "\u2013", ".")
MARKS = (" ", "\n", "\u00a0", "\u00ad", "\u200b", "**", "_", "`", "- ", "> ", "[a](b)", "| x |", "\\*", "# ")
PIECES = st.sampled_from(LETTERS + MARKS)
TEXTS = st.lists(PIECES, min_size=1, max_size=30).map("".join)
WRITINGS = [("\ufb01", "fi"), ("\u00ad", ""), ("\u00a0", " "), ("\u2019", "'"), ("**", ""), ("`", ""), ("\u200b", "")]


class Claim(msgspec.Struct, frozen=True):
    passage: int
    quote: str


def passage_of(document: str, *, start: int) -> Passage:
    return Passage(chunk_id="c", document_id="d", source="a", title="", start=start, text=document[start:], score=1.0)


def letters_of(text: str, drops_marks: bool) -> list[str]:  # noqa: FBT001  (a form of folding)
    return [character for character in fold(text, drops_marks=drops_marks).text if character.isalnum()]


def letters_within(document: str, citation: Citation, drops_marks: bool) -> list[str]:  # noqa: FBT001  (as above)
    folded = fold(document, drops_marks=drops_marks)
    pairs = zip(folded.text, folded.starts, strict=True)
    return [letter for letter, at in pairs if citation.start <= at < citation.end and letter.isalnum()]


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 20))
def test_a_citation_that_survives_stands_at_its_offsets(document: str, quote: str, start: int) -> None:
    for citation in verify_quotes([Claim(1, quote)], [passage_of(document, start=start)]).citations:
        assert start <= citation.start < citation.end <= len(document)
        assert document[citation.start : citation.end] == citation.quote
        assert any(letters_of(quote, form) == letters_within(document, citation, form) for form in (False, True))


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.data())
def test_a_part_of_the_document_written_otherwise_is_never_cited_at_a_wrong_place(
    document: str, draw: st.DataObject
) -> None:
    first = draw.draw(st.integers(0, len(document) - 1))
    quote = document[first : draw.draw(st.integers(first + 1, len(document)))]
    for old, new in WRITINGS:
        quote = quote.replace(old, new) if draw.draw(st.booleans()) else quote
    for citation in verify_quotes([Claim(1, quote)], [passage_of(document, start=0)]).citations:
        assert document[citation.start : citation.end] == citation.quote
        assert any(letters_of(quote, form) == letters_within(document, citation, form) for form in (False, True))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_each_folded_character_stands_for_a_place_of_the_text_in_order(text: str) -> None:
    for drops_marks in (False, True):
        folded = fold(text, drops_marks=drops_marks)
        assert len(folded.text) == len(folded.starts) == len(folded.ends)
        assert list(folded.starts) == sorted(folded.starts)
        assert all(start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
