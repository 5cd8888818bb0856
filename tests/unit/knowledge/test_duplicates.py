"""Texts that say the same answer once; texts that differ in a fact never count as the same."""

import pytest

from plimsoll.knowledge.retrieval.duplicates import drop_repeats, is_same_text

from unit.knowledge.contenders import chunk, contender

RULE = (
    "Employees who travel by train book their ticket with the office at least seven days ahead of the journey, "
    "and keep the receipt until the end of the quarter, since the auditors ask for it. Those who travel by car write "
    "down the distance on the evening of the same day, and hand the sheet in together with the bill of the garage."
)


def test_a_text_in_two_documents_answers_once_and_names_the_other():
    kept = drop_repeats([contender(chunk("a", RULE)), contender(chunk("b", f" {RULE.upper()}\n"))], most=5)
    assert [(one.chunk.id, one.also_in) for one in kept] == [("a", ("b.md",))]


def test_what_is_dropped_makes_room_for_the_next():
    others = [contender(chunk(name, f"{name} is another thing entirely.")) for name in "cd"]
    kept = drop_repeats([contender(chunk("a", RULE)), contender(chunk("b", RULE)), *others], most=2)
    assert [one.chunk.id for one in kept] == ["a", "c"]


def test_a_repetition_beyond_the_last_place_is_still_named():
    found = [chunk("a", RULE), chunk("c", "Something else is said here."), chunk("b", RULE)]
    kept = drop_repeats([contender(one) for one in found], most=2)
    assert kept[0].also_in == ("b.md",)


def test_two_places_of_one_document_both_stay():
    twice = [chunk("a", RULE, document_id="d"), chunk("b", RULE, document_id="d", start=900)]
    assert len(drop_repeats([contender(one) for one in twice], most=5)) == 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (RULE, RULE.replace("the auditors", "our auditors"), True),
        (RULE, RULE.replace("auditors", "Auditors") + " ", True),
        (f"{RULE} Ask Ada Lovelace.", f"{RULE} Ask Grace Hopper.", False),
        (f"{RULE} It is 5 euros.", f"{RULE} It is 50 euros.", False),
        (RULE, RULE.replace("keep", "never keep"), False),
        (RULE, "Soup is free at noon.", False),
        ("", "", True),
        ("Yes.", "No.", False),
    ],
)
def test_a_figure_or_a_negation_makes_another_text(one: str, other: str, *, expected: bool):
    assert is_same_text(one, other) is expected
