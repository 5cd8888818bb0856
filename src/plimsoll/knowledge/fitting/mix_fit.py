"""The mix of legs that a user's own labels ask for, and whether questions held out confirm it. Pure."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.fitting.held_out import Floats, group_questions
from plimsoll.knowledge.retrieval.mix import DEFAULT_MIX, LegMix
from plimsoll.records import Interval

_STEPS = 10
FEWEST_QUESTIONS = 40
"""Labelled questions without which nothing is decided."""


class LabelledLegs(msgspec.Struct, frozen=True, kw_only=True):
    """A question whose evidence is known, as the legs scored its candidates."""

    id: str
    """Its id."""
    cluster: str
    """What it is about: a document, as a rule."""
    legs: Floats
    """Scores of the candidates, shape (candidates, 3): words, chunk, sentence."""
    measure: Callable[[Sequence[int]], float]
    """Returns how good an order of the candidates is, between 0 and 1: nDCG@10."""


class MixFit(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed mix, and what questions that it was not chosen on say of it."""

    mix: LegMix
    """The mix with the best mean over all questions; of equals the one nearest to the one in use."""
    in_use: LegMix
    """The mix that it was compared with."""
    questions: int
    """Questions that took part."""
    keeps_documents_whole: bool
    """Whether questions about one document were held out together; not so below ten documents."""
    before: float
    """Mean nDCG@10 of the mix in use."""
    gain: Interval
    """Mean nDCG@10 of mixes chosen on four fifths of the questions, on the other fifth, minus that."""

    @property
    def is_better(self) -> bool:
        """Tell whether it should replace the mix in use: better beyond chance."""
        return self.mix != self.in_use and self.gain.low > 0.0


def fit_mix(labelled: Sequence[LabelledLegs], *, in_use: LegMix = DEFAULT_MIX) -> MixFit:
    """Choose a mix by nDCG@10, in steps of a tenth, and say by five-fold cross-validation what such a choice gains.

    Raises InvalidRequest for fewer than 40 questions.
    """
    if len(labelled) < FEWEST_QUESTIONS:
        raise InvalidRequest(
            f"{len(labelled)} questions with evidence decide nothing about the mix.",
            next_step=f"Label at least {FEWEST_QUESTIONS}.",
        )
    mixes = _nearest_first(in_use)
    table = np.array([_measure_all(question, mixes) for question in labelled])
    groups = group_questions([one.id for one in labelled], [one.cluster for one in labelled])
    held_out = np.zeros(len(labelled))
    for held in groups.folds():
        held_out[held] = table[held, _best(table[~held])]
    return MixFit(
        mix=mixes[_best(table)],
        in_use=in_use,
        questions=len(labelled),
        keeps_documents_whole=groups.are_documents,
        before=float(table[:, 0].mean()),
        gain=groups.compare(table[:, 0], held_out),
    )


def _best(table: Floats) -> int:
    """Return the column with the best mean; of equals the first, which is nearest to the mix in use."""
    means: Floats = np.asarray(table.mean(axis=0), np.float64)
    return int(np.argmax(means.round(9)))


def _measure_all(question: LabelledLegs, mixes: Sequence[LegMix]) -> list[float]:
    known: dict[bytes, float] = {}
    values: list[float] = []
    for mix in mixes:
        order = np.argsort(-mix.fuse(question.legs), kind="stable")
        key = order.tobytes()
        if key not in known:
            known[key] = question.measure(order.tolist())
        values.append(known[key])
    return values


def _nearest_first(in_use: LegMix) -> list[LegMix]:
    mixes = [
        LegMix(words=words / _STEPS, chunk=chunk / _STEPS, sentence=(_STEPS - words - chunk) / _STEPS)
        for words in range(_STEPS + 1)
        for chunk in range(_STEPS + 1 - words)
    ]
    return [in_use, *sorted((mix for mix in mixes if mix != in_use), key=lambda mix: _far(mix, in_use))]


def _far(mix: LegMix, other: LegMix) -> float:
    pairs = zip(msgspec.structs.astuple(mix), msgspec.structs.astuple(other), strict=True)
    return sum(abs(one - another) for one, another in pairs)
