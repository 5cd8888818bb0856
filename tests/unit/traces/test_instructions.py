"""Instructions have the same name for the same words, and another one for others."""

import json

from plimsoll.traces.compare.instructions import name_instructions


def asked(system: str, user: str = "hello", role: str = "system") -> str:
    return json.dumps([{"role": role, "content": system}, {"role": "user", "content": user}])


def test_the_same_words_have_one_name_whatever_the_user_says():
    names = {name_instructions("", asked("You help.\nBe brief.", user)) for user in ("hello", 'say "role" and system')}
    (name,) = names
    assert name.startswith("You help. Be brief.… (")
    assert name_instructions("", asked("You help.\nBe brief!")) != name


def test_instructions_that_were_sent_apart_count_first():
    assert name_instructions('[{"type":"text","content":"Be kind."}]', asked("Be brief.")).startswith("Be kind.… (")


def test_of_endless_instructions_the_beginning_names_them():
    first, second = (asked("Be brief. " * 1_000 + end) for end in "ab")
    assert name_instructions("", first) == name_instructions("", second)


def test_a_quoted_role_within_the_words_ends_nothing():
    first, second = (asked('Never write "role". ' + end) for end in ("Be kind.", "Be brief."))
    assert name_instructions("", first) != name_instructions("", second)


def test_calls_without_instructions_have_none():
    for text in ("", "a text", asked("x", role="user"), '{"role": "system"}'):
        assert name_instructions("", text) == ""
