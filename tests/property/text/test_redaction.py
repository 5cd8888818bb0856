"""Redaction never breaks JSON, never needs long, and never has anything left to do."""

import json
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text import Redactor

redact = Redactor()

PIECES = (
    "ada@example.com", "+33 6 12 34 56 78", "4111 1111 1111 1111", "4111111111111111", "DE89370400440532013000",
    "536-90-4399", "sk-abc123abc123abc123abc123", "password: hunter22!", "https://a:b1@c.de", "\\", '"', "\n", "n",
    "u00e9", "\u00a0", "é", "@", "+", " ", "0", "[email]", "{", "}", ":", ",", "AKIAABCDEFGH12345678",
    "-----BEGIN PRIVATE KEY-----",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6))).map("".join)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.just(4111111111111111), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)

WRITERS: tuple[Callable[[object], str], ...] = (
    json.dumps,
    partial(json.dumps, ensure_ascii=False),
    partial(json.dumps, indent=1),
)


@given(VALUES, st.sampled_from(WRITERS), st.integers(0, 2))
def test_json_stays_json_however_deep_and_however_written(value: object, write: Callable[[object], str], depth: int):
    text = write({"content": value})
    for _ in range(depth):
        text = write({"arguments": text})
    assert isinstance(json.loads(redact(text)), dict)


@given(TEXTS)
def test_what_is_found_lies_in_the_text_in_order_and_apart(text: str):
    found = redact.find(text)
    places = [place for one in found for place in (one.start, one.end)]
    assert places == sorted(places)
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@given(st.lists(st.sampled_from(PIECES)))
def test_redacting_twice_changes_nothing_more(pieces: list[str]):
    once = redact(" ".join(pieces))
    assert redact(once) == once


SLOW = (
    "sk-", "-eyJ", "Bearer ", "plim_", "ghp_", "Bearer\t\n", "@", "a@", "a.", "%40", "1", "1 ", "+", "+1", "(", "4111 ",
    "-1", "0 1", "DE89", "DE89 ", "\\", "\\u", "\\u0040", "\\n", "password=", "password: ", "token=", "key ", "://",
    "://a:", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "AKIAABCDEFGH12345678 ", "X1234567", "tel ",
    "4111111111111111,", "a@b.", "[4111111111111111,", '"', '":4111111111111111', "01.02.", "00 1 ", "1-1/", "é@é.",
    "İpass=",
)  # fmt: skip


@pytest.mark.parametrize("piece", SLOW)
def test_the_time_grows_with_the_text_and_no_faster(piece: str):
    short, long = (_fastest(lambda size=size: redact(piece * (size // len(piece)))) for size in (20_000, 160_000))
    # Eight times the text; a step that grew with the square would take 64 times as long.
    assert long < 30 * short + 0.02


def _fastest(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


PLAIN = st.sampled_from(
    ["a word", "x" * 15, "1 2 3", "pas", "\u00e9\n", '{"role":"user"}', "%4", "bear", "PASS", "\ud800"]
)


@given(
    st.lists(st.lists(st.one_of(PLAIN, TEXTS), max_size=4).map("".join), max_size=12),
    st.sampled_from([redact, Redactor(("secrets",))]),
)
def test_a_text_that_is_told_clean_among_many_holds_nothing(texts: list[str], one: Redactor):
    clean = one.find_clean(texts)
    assert [text for text in clean if one(text) != text or "\0" in text] == []


def test_of_many_texts_the_clean_ones_are_told_from_the_others():
    clean = ["a word of a model", "Größe: 12 kg", "x" * 15, ""]
    suspect = [f"before {piece} after" for piece in PIECES if redact(piece) != piece]
    assert redact.find_clean([*clean, *suspect, *clean]) == clean * 2


def test_ids_are_told_clean_among_secrets():
    only_secrets = Redactor(("secrets",))
    ids = ["chatcmpl-000000000005", "conversation-17", "0198c2d4-5a5b-7c3d-9f10-3b1f6a0f4d11"]
    secrets = [piece for piece in PIECES if only_secrets(piece) != piece]
    assert only_secrets.find_clean([*ids, *secrets]) == ids
