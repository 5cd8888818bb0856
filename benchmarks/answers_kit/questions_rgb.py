"""Reads the questions of RGB's counterfactual part as a question set: other questions and other texts than SQuAD's.

Of each question the true texts stand under one title and the unrelated ones under another, so that the question can be
asked with and without the texts that answer it. The texts with a false answer are left out.
"""

from pathlib import Path

import msgspec
from answers_kit.questions import AskedQuestion, GivenPassage, QuestionSet


class _Given(msgspec.Struct, frozen=True):
    id: int
    query: str
    positive: list[str]
    negative: list[str]


def load_rgb(file: Path) -> QuestionSet:
    """Read the file."""
    given = [msgspec.json.decode(line, type=_Given) for line in file.read_bytes().splitlines() if line.strip()]
    passages = [
        GivenPassage(f"{one.id}-{kind}-{number}", f"{kind} {one.id}", " ".join(text.split()))
        for one in given
        for kind, texts in (("true", one.positive), ("other", one.negative))
        for number, text in enumerate(texts)
        if text.strip()
    ]
    asked = [
        AskedQuestion(
            id=f"rgb-{one.id}",
            title=f"true {one.id}",
            gold_passage_id=f"{one.id}-true-0",
            question=one.query,
            is_impossible=False,
        )
        for one in given
        if any(text.strip() for text in one.positive)
    ]
    return QuestionSet(tuple(passages), tuple(asked))
