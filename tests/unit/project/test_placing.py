"""A candidate in the place of a feature: only the texts of its definition change, and only where they are plain."""

import pytest

from plimsoll.project.trials import put_in_place

FILE = '''"""Füße."""
import plimsoll as p

A = "prompts/a.md"
ä = p.Feature("echo", prompt="prompts/a.md", model="default")  # prompt="prompts/a.md"
other = Feature("other", prompt="prompts/a.md")
'''.encode()


def test_the_values_of_one_definition_change_and_nothing_else():
    changed = put_in_place(FILE, "echo", values={"prompt": "prompts/b.md", "model": 'a"b'})
    assert changed is not None
    assert changed.decode().splitlines()[4] == (
        'ä = p.Feature("echo", prompt="prompts/b.md", model="a\\"b")  # prompt="prompts/a.md"'
    )
    assert changed.decode().splitlines()[:4] == FILE.decode().splitlines()[:4]
    assert changed.decode().splitlines()[5:] == FILE.decode().splitlines()[5:]


def test_a_value_that_is_there_already_changes_nothing():
    assert put_in_place(FILE, "other", values={"prompt": "prompts/a.md"}) == FILE


@pytest.mark.parametrize(
    "source",
    [
        b'x = Feature("echo", prompt=PROMPT)',
        b'x = Feature(NAME, prompt="prompts/a.md")',
        b'x = make("echo", prompt="prompts/a.md")',
        b'x = Feature("echo", prompt="a"); y = Feature("echo", prompt="b")',
        b"x = (",
    ],
)
def test_what_is_not_written_in_plain_texts_is_left_to_a_person(source: bytes):
    assert put_in_place(source, "echo", values={"prompt": "prompts/b.md"}) is None
