"""What a stored input or output is about, in whatever form it was sent."""

import json

import pytest

from plimsoll.pages import main_text

ASKED = {"role": "user", "parts": [{"type": "text", "content": "Is it waterproof?"}]}
PICTURED = {"role": "user", "content": [{"type": "image_url"}, {"type": "text", "text": "What is this?"}]}


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ({"text": "How long?"}, "How long?"),
        ({"text": "why", "n": 1}, "why"),
        ([ASKED], "Is it waterproof?"),
        ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}], "Hello"),
        ([{"role": "system", "content": "Be brief."}, PICTURED], "What is this?"),
        ([ASKED, {"role": "assistant", "parts": [{"type": "tool_call", "name": "look"}]}], "Is it waterproof?"),
    ],
)
def test_the_only_text_or_the_last_message_is_what_it_is_about(stored: object, text: str):
    assert main_text(json.dumps(stored)) == text


@pytest.mark.parametrize(
    "stored",
    ["plain words", "{cut off", '{"a": "one", "b": "two"}', "[1, 2]", '[{"role": "user"', "[]", "7", "[" * 60_000],
)
def test_anything_else_is_shown_as_it_is(stored: str):
    assert main_text(stored) == stored


def test_a_named_text_is_found_among_others():
    assert main_text('{"answer": "Yes.", "note": "sure"}', "answer") == "Yes."
