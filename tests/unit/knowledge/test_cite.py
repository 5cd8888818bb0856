"""Quotations: found with their exact place, or rejected with the reason."""

import msgspec

from plimsoll.knowledge import verify_quotes
from plimsoll.records import Passage


class Claim(msgspec.Struct, frozen=True):
    passage: int
    quote: str


PASSAGE = Passage(
    chunk_id="c1",
    document_id="d1",
    source="docs/leave.md",
    title="Leave",
    heading="Leave > Sick",
    page=3,
    start=100,
    text="Sick leave is\npaid. It\u2019s  counted in days.",
)


def test_an_exact_quotation_is_placed_in_the_document() -> None:
    (citation,) = verify_quotes([Claim(1, "Sick leave")], [PASSAGE]).citations
    assert (citation.start, citation.end, citation.quote) == (100, 110, "Sick leave")
    assert (citation.chunk_id, citation.heading, citation.page) == ("c1", "Leave > Sick", 3)


def test_white_space_and_curved_quotation_marks_may_differ_and_the_citation_keeps_the_document_s_own() -> None:
    (citation,) = verify_quotes([Claim(1, " leave is paid. It's counted")], [PASSAGE]).citations
    assert citation.quote == "leave is\npaid. It\u2019s  counted"
    assert citation.end - citation.start == len(citation.quote)


def test_a_quotation_found_nowhere_is_rejected_with_the_reason() -> None:
    check = verify_quotes([Claim(1, "Sick leave is unpaid.")], [PASSAGE])
    assert check.citations == ()
    assert check.rejected[0].reason == "The text stands nowhere in passage 1 ('docs/leave.md')."


def test_a_passage_that_was_not_retrieved_is_rejected() -> None:
    check = verify_quotes([Claim(2, "Sick leave"), Claim(0, "Sick leave")], [PASSAGE])
    assert [rejected.reason for rejected in check.rejected] == [
        "There is no passage 2: 1 were retrieved.",
        "There is no passage 0: 1 were retrieved.",
    ]


def test_an_empty_or_an_endless_quotation_is_rejected() -> None:
    check = verify_quotes([Claim(1, "  "), Claim(1, "x" * 5000)], [PASSAGE])
    assert [rejected.reason for rejected in check.rejected] == [
        "The quotation is empty.",
        "The quotation has 5,000 characters; at most 4,000 are checked.",
    ]


def test_the_same_place_is_cited_once() -> None:
    check = verify_quotes([Claim(1, "Sick leave"), Claim(1, "Sick  leave")], [PASSAGE])
    assert len(check.citations) == 1
