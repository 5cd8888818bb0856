"""Quotations written otherwise than in the document: accepted with exact places, or rejected with the reason."""

import msgspec
import pytest

from plimsoll.knowledge import CitationCheck, verify_quotes
from plimsoll.records import Passage


class Claim(msgspec.Struct, frozen=True):
    passage: int
    quote: str


def check(text: str, quote: str) -> CitationCheck:
    passage = Passage(chunk_id="c", document_id="d", source="a.md", title="A", start=7, text=text, score=1.0)
    return verify_quotes([Claim(1, quote)], [passage])


@pytest.mark.parametrize(
    ("text", "quote", "cited"),
    [
        ("An o\ufb03ce of \ufb01ne art.", "office of fine art", "o\ufb03ce of \ufb01ne art"),
        ("The co\u00adoper\u00adation ends.", "cooperation ends", "co\u00adoper\u00adation ends"),
        ("It is an exam\u00ad\nple of it.", "an example of it", "an exam\u00ad\nple of it"),
        ("It costs 5\u00a0000\u202fEUR now.", "costs 5 000 EUR", "costs 5\u00a0000\u202fEUR"),
        ("\u201cNo,\u201d she\u2019d say.", '"No," she\'d say.', "\u201cNo,\u201d she\u2019d say."),
        ("From 10\u201320 \u00b0C, at \u22125.", "10-20 \u00b0C, at -5", "10\u201320 \u00b0C, at \u22125"),
        ("Le cafe\u0301 noir.", "Le caf\u00e9 noir", "Le cafe\u0301 noir"),
        ("zero\u200bwidth here", "zerowidth here", "zero\u200bwidth here"),
    ],
)
def test_another_way_of_writing_the_same_is_accepted(text: str, quote: str, cited: str) -> None:
    (citation,) = check(text, quote).citations
    assert (citation.quote, citation.start) == (cited, 7 + text.index(cited))


@pytest.mark.parametrize(
    ("text", "quote", "cited"),
    [
        ("Leave is **paid** for *ten* days.", "Leave is paid for ten days.", "Leave is **paid** for *ten* days."),
        ("Call `open()` first.", "Call open() first.", "Call `open()` first."),
        ("See [the guide](https://a.b/c) now.", "See the guide now.", "See [the guide](https://a.b/c) now."),
        ("- one thing\n- another", "one thing another", "one thing\n- another"),
        ("> quoted\n> text", "quoted text", "quoted\n> text"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2", "a | b |\n|---|---|\n| 1 | 2"),
        ("## Pay\n\nIs monthly.", "Pay Is monthly.", "Pay\n\nIs monthly."),
        ("Write 3 \\* 4.", "Write 3 * 4.", "Write 3 \\* 4."),
        ("Leave is paid.", "Leave is **paid**.", "Leave is paid."),
    ],
)
def test_marks_of_markdown_may_be_left_out_or_added(text: str, quote: str, cited: str) -> None:
    (citation,) = check(text, quote).citations
    assert (citation.quote, citation.start) == (cited, 7 + text.index(cited))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("That is unlawful.", "lawful"),
        ("It costs 1,000 dollars.", "It costs 1"),
        ("Version 2.5 of it.", "5 of it"),
        ("An o\ufb03ce.", "ce."),
        ("The cafe\u0301 closes.", "The cafe"),
        ("Le caf\u00e9 noir.", "Le cafe"),
    ],
)
def test_a_quotation_cut_within_a_word_a_number_or_a_character_is_rejected(text: str, quote: str) -> None:
    result = check(text, quote)
    assert result.citations == ()
    assert result.rejected[0].reason.startswith(("In passage 1 ('a.md') the text begins", "The text stands nowhere"))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It is 10\u00b2 cells.", "It is 102 cells."),
        ("2*3 = 6", "23 = 6"),
        ("call my_name now", "call myname now"),
        ("It is paid.", "It is Paid."),
        ("Take 5 mg.", "Take 50 mg."),
        ("It is not paid.", "It is paid."),
        ("~~free~~ of charge", "free of charge"),
        ("one. two", "one two"),
    ],
)
def test_what_says_something_else_is_rejected(text: str, quote: str) -> None:
    assert check(text, quote).citations == ()


def test_a_quotation_of_nothing_but_marks_is_rejected() -> None:
    assert check("a b", "**").citations == ()
    assert check("a b", "\u00ad").citations == ()
