import pytest

from plimsoll.gateway.cache.agreement import Difference, find_difference

PAIRS: list[tuple[str, str, Difference | None]] = [
    ("How do I reset my password?", "how can I reset my password", None),
    ("Where is Paris?", "where is paris", None),
    ("What does plan 2 cost?", "what does plan two cost", None),
    ("What is the limit for 1,000 calls?", "What is the limit for 1000 calls?", None),
    ("Why was my card declined?", "my card was declined", None),
    ("What does plan 2 cost?", "What does plan 3 cost?", "numbers"),
    ("Can I get the first one?", "Can I get the second one?", "numbers"),
    ("Can I travel with a visa?", "Can't I travel with a visa?", "negation"),
    ("Which laws predate it?", "Which laws do not not predate it?", "negation"),
    ("Who wrote the radical pamphlet?", "Who wrote the non-radical pamphlet?", "negation"),
    ("Is Ada Lovelace here?", "Is Ada Byron here?", "names"),
    ("What does get_user return?", "What does get_users return?", "names"),
    ("Open `a.txt`", "Open `b.txt`", "names"),
    ("When was it founded?", "Who founded it?", "asked"),
    ("How do I enable alerts?", "How do I disable alerts?", "opposites"),
    ("move money from savings to checking", "move money from checking to savings", "direction"),
    ("What gene converts calcitriol into calcidiol?", "What gene converts calcidiol into calcitriol?", "order"),
    ("How do I say hello in french?", "How do I say hello in danish?", "slot"),
]


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_questions_differ_in_what_vectors_hardly_see(*, one: str, other: str, expected: Difference | None):
    assert (find_difference(one, other), find_difference(other, one)) == (expected, expected)


@pytest.mark.parametrize("text", [pair[0] for pair in PAIRS])
def test_a_question_agrees_with_itself(text: str):
    assert find_difference(text, text) is None
