"""The texts and questions of `chunk_spans`: each question with the exact spans of all the evidence that it needs."""

import hashlib
from pathlib import Path

import msgspec

Span = tuple[int, int]
"""First character and one past the last."""


class Reference(msgspec.Struct, frozen=True):
    """A piece of evidence."""

    start_index: int
    """First character."""
    end_index: int
    """One past the last."""


class SpanQuestion(msgspec.Struct, frozen=True):
    """A question and where its evidence stands."""

    id: str
    """Its id; a hash of it says which half it belongs to."""
    corpus_id: str
    """The text that it is about."""
    question: str
    """What is asked."""
    references: tuple[Reference, ...]
    """The evidence."""

    def is_for_development(self) -> bool:
        """Tell whether sizes may be chosen on it; figures are of the others."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0

    def spans(self) -> list[Span]:
        """Return the evidence as spans."""
        return [(reference.start_index, reference.end_index) for reference in self.references]


class QuestionSet(msgspec.Struct, frozen=True):
    """Texts by name, and the questions about them."""

    files: tuple[Path, ...]
    """The texts' files."""
    texts: dict[str, str]
    """The texts, by file name without ending."""
    questions: tuple[SpanQuestion, ...]
    """The questions."""


def load_questions(folder: Path, *, only: tuple[str, ...] = ()) -> QuestionSet:
    """Read the folder: all texts and their questions, or those of the named texts."""
    every = sorted((folder / "corpora").glob("*.md"))
    files = tuple(file for file in every if not only or file.stem in only)
    names = {file.stem for file in files}
    lines = (folder / "questions.jsonl").read_bytes().splitlines()
    asked = [msgspec.json.decode(line, type=SpanQuestion) for line in lines if line.strip()]
    return QuestionSet(
        files,
        {file.stem: file.read_bytes().decode("utf-8") for file in files},
        tuple(question for question in asked if question.corpus_id in names),
    )
