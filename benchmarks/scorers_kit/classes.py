"""Intents by the nearest labelled question, with the embedded model: what the class figures say on real data."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scorers_kit.grounding import bootstrap_area

from plimsoll.features import embed_texts
from plimsoll.line import Sample
from plimsoll.records import Case, Interval, Outcome
from plimsoll.scorers import label_matches
from plimsoll.stats import classification_figures

OUT_OF_SCOPE = "oos"
_AT_ONCE = 512


class ClassFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How well the nearest labelled question names the intent."""

    labelled: int
    """Questions that are known with their intent."""
    asked: int
    """Questions that were classified."""
    classes: int
    """Intents."""
    accuracy: Interval
    """Share named rightly."""
    macro_f1: Interval
    """Mean F1 over intents."""
    out_of_scope_area: Interval | None
    """How well the cosine of the nearest ranks questions with an intent above those without; None where all have."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question and its intent."""

    id: str
    text: str
    label: str


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a data set."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Question(id=row["id"], text=row["text"], label=row["label"]) for row in rows]


def draw(questions: Sequence[Question], share: float, salt: str) -> list[Question]:
    """Return the share of the questions that a hash of their ids chooses."""
    return [one for one in questions if _place(one.id, salt) < share]


async def measure_classes(known: Sequence[Question], asked: Sequence[Question]) -> ClassFigures:
    """Name each question's intent by its nearest known one, and count."""
    have, want = await _vectors([one.text for one in known]), await _vectors([one.text for one in asked])
    nearest = [int((have @ vector).argmax()) for vector in want]
    cosines = [float(have[place] @ vector) for place, vector in zip(nearest, want, strict=True)]
    inside = [place for place, one in enumerate(asked) if one.label != OUT_OF_SCOPE]
    given = [await _name(asked[place], known[nearest[place]].label) for place in inside]
    figures = classification_figures([asked[place].label for place in inside], given, rng=np.random.default_rng(7))
    is_inside = [one.label != OUT_OF_SCOPE for one in asked]
    return ClassFigures(
        labelled=len(known),
        asked=len(asked),
        classes=len(figures.classes),
        accuracy=figures.accuracy,
        macro_f1=figures.macro_f1,
        out_of_scope_area=None if all(is_inside) else bootstrap_area(cosines, is_inside, [one.id for one in asked]),
    )


async def _name(question: Question, found: str) -> str:
    """Return the label as the scorer reads it: a run's figures are made of the same."""
    case = Case(id=question.id, input={"text": question.text}, expected={"label": question.label})
    sample = Sample(input=case.input, output={"label": found}, outcome=Outcome.ANSWERED)
    score = await label_matches.score(case, sample)
    return score.label if score else ""


async def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    parts = [await embed_texts(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
    return np.concatenate(parts)


def _place(name: str, salt: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{salt}/{name}".encode()).digest()[:8]) / 2**64
