"""How much each leg of retrieval counts, and the mix that a user's own labels ask for. Pure.

`retrieve` mixes with it; `fit_mix` proposes another one for a corpus, and says whether questions that it was not
fitted on confirm it.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import InvalidRequest

_STEPS = 10
_PLACES = 10
_RESAMPLES = 2_000
_SEED = 4
_TOLERANCE = 1e-6
FEWEST_QUESTIONS = 20
"""Labelled questions that each half needs; fewer decide nothing."""
MARGIN = 0.01
"""nDCG@10 by which a new mix may at worst be below the one in use."""

Floats = NDArray[np.float64]


class LegMix(msgspec.Struct, frozen=True, kw_only=True):
    """A convex mix of the three legs; the weights are not negative and sum to one."""

    words: float = 0.2
    """Weight of BM25 over the best BM25 of the question."""
    chunk: float = 0.3
    """Weight of the chunk's cosine."""
    sentence: float = 0.5
    """Weight of the closest sentence's cosine."""

    def __post_init__(self) -> None:
        """Refuse what is no convex mix with InvalidRequest."""
        weights = (self.words, self.chunk, self.sentence)
        if not (min(weights) >= 0.0 and abs(sum(weights) - 1.0) <= _TOLERANCE):
            raise InvalidRequest(
                f"{weights!r} is no mix of words, chunk and sentence.",
                next_step="Give three weights that are not negative and sum to 1.",
            )

    def fuse(self, legs: NDArray[np.floating]) -> Floats:
        """Return the fused score of each row of `legs`, shape (rows, 3): words, chunk, sentence."""
        return np.asarray(legs @ np.array([self.words, self.chunk, self.sentence]), np.float64)


DEFAULT_MIX = LegMix()
"""Chosen on the development half of SQuAD 2 by recall@5, the more even one of those that are alike:
`benchmarks/answers.py --tune` prints them."""


class LabelledLegs(msgspec.Struct, frozen=True, kw_only=True):
    """A question whose right chunks are known, as the legs scored its candidates."""

    id: str
    """Stable id: its hash decides in which half the question is."""
    legs: Floats
    """Scores of the candidates, shape (candidates, 3): words, chunk, sentence."""
    is_gold: NDArray[np.bool_]
    """Which candidates hold the answer, shape (candidates,)."""
    gold_count: int
    """How many chunks hold it in all, those that no leg proposed included."""

    def is_for_fitting(self) -> bool:
        """Tell whether weights may be chosen on it."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0


class MixFit(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed mix and what the questions that it was not fitted on say of it."""

    mix: LegMix
    """The mix with the best nDCG@10 on the fitting half; of equals the one nearest to the one in use."""
    in_use: LegMix
    """The mix that it was compared with."""
    fitted_on: int
    """Questions of the fitting half."""
    checked_on: int
    """Questions of the other half."""
    ndcg_in_use: float
    """nDCG@10 of the mix in use, on the other half."""
    gain: float
    """nDCG@10 of the proposed mix minus that, on the other half."""
    low: float
    """Lower end of the 95 % interval of the gain (percentile bootstrap over questions)."""
    high: float
    """Upper end."""

    def is_better(self) -> bool:
        """Tell whether it may replace the mix in use: it gained, and at worst lost less than the margin."""
        return self.mix != self.in_use and self.gain > 0.0 and self.low >= -MARGIN


def fit_mix(labelled: Sequence[LabelledLegs], *, in_use: LegMix = DEFAULT_MIX) -> MixFit:
    """Choose a mix on half of the questions, by a hash of their id, and compare it with the one in use on the other.

    Weights are tried in steps of a tenth. Raises InvalidRequest where a half has fewer than 20 questions.
    """
    fitting = [one for one in labelled if one.is_for_fitting()]
    checking = [one for one in labelled if not one.is_for_fitting()]
    if min(len(fitting), len(checking)) < FEWEST_QUESTIONS:
        raise InvalidRequest(
            f"{len(fitting)} questions to fit on and {len(checking)} to check with decide nothing.",
            next_step=f"Label more: each half needs at least {FEWEST_QUESTIONS} questions.",
        )
    best = max(_every_mix(in_use), key=lambda mix: (round(float(_ndcg(fitting, mix).mean()), 9), -_far(mix, in_use)))
    before, after = _ndcg(checking, in_use), _ndcg(checking, best)
    low, high = _interval(after - before)
    return MixFit(
        mix=best,
        in_use=in_use,
        fitted_on=len(fitting),
        checked_on=len(checking),
        ndcg_in_use=float(before.mean()),
        gain=float((after - before).mean()),
        low=low,
        high=high,
    )


def _every_mix(present: LegMix) -> list[LegMix]:
    mixes = [
        LegMix(words=words / _STEPS, chunk=chunk / _STEPS, sentence=(_STEPS - words - chunk) / _STEPS)
        for words in range(_STEPS + 1)
        for chunk in range(_STEPS + 1 - words)
    ]
    return [present, *(mix for mix in mixes if mix != present)]


def _far(mix: LegMix, present: LegMix) -> float:
    pairs = zip(msgspec.structs.astuple(mix), msgspec.structs.astuple(present), strict=True)
    return sum(abs(one - other) for one, other in pairs)


def _ndcg(questions: Sequence[LabelledLegs], mix: LegMix) -> Floats:
    """Return nDCG@10 of each question with gains of 0 and 1 (Järvelin and Kekäläinen 2002)."""
    return np.array([_ndcg_of(question, mix) for question in questions])


def _ndcg_of(question: LabelledLegs, mix: LegMix) -> float:
    best = np.argsort(-mix.fuse(question.legs), kind="stable")[:_PLACES]
    discounts = 1.0 / np.log2(np.arange(_PLACES) + 2.0)
    ideal = float(discounts[: question.gold_count].sum())
    found = float((question.is_gold[best] * discounts[: len(best)]).sum())
    return found / ideal if ideal else 0.0


def _interval(gains: Floats) -> tuple[float, float]:
    draws = np.random.default_rng(_SEED).integers(0, len(gains), (_RESAMPLES, len(gains)))
    low, high = np.quantile(gains[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
