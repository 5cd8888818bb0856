"""Secrets are taken out, and what merely looks a little like one stays."""

import time

import pytest

from plimsoll.traces import redact_secrets

SECRETS = [
    "sk-proj-abcDEF0123456789abcdef",
    "sk-ant-api03-abcdef-ABCDEF_0123456789",
    f"plim_{'a1' * 8}_{'0f' * 32}",
    "AKIA" + "ABCDEFGH12345678",
    "AIza" + "a" * 35,
    "ghp_" + "a1" * 18,
    "github_pat_" + "a1" * 20,
    "glpat-" + "a1b2" * 5,
    "hf_" + "aB" * 17,
    "xoxb-1234567890-abcdef",
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
]
HARMLESS = [
    "task-management-considerations-and-risks",
    "the sk-learn-compatible-estimators of this library",
    "a bearer of good news",
    "plim_soll is a name",
    "01a1fbe95ea271d283fe65c1a7ecf967",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_key_of_a_known_form_is_taken_out_of_its_sentence(secret: str):
    assert redact_secrets(f'{{"text": "use {secret}, please"}}') == '{"text": "use [secret], please"}'


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_stays_as_it_is(text: str):
    assert redact_secrets(text) == text


def test_the_token_behind_bearer_goes_and_the_word_stays():
    assert redact_secrets("Authorization: Bearer abc.def-123456") == "Authorization: Bearer [secret]"


def test_the_shortest_text_that_holds_a_token_is_looked_at():
    assert redact_secrets("bEaReR 12345678") == "bEaReR [secret]"


@pytest.mark.parametrize("piece", ["sk-", "-eyJ", "Bearer ", "plim_", "ghp_", "Bearer\t\n"])
def test_text_made_to_be_slow_is_not(piece: str):
    text = piece * (200_000 // len(piece))
    begun = time.process_time()
    assert len(redact_secrets(text)) <= len(text)
    assert time.process_time() - begun < 1


def test_redacting_twice_changes_nothing_more():
    once = redact_secrets("Bearer sk-abc123abc123abc123abc123")
    assert redact_secrets(once) == once == "Bearer [secret]"
