"""The weights of answerability that a user's own labels ask for, and whether they are better beyond chance. Pure.

A logistic whose weights start from those in use and are drawn back to them (a normal prior of unit width), so that a
few dozen questions move them a little and hundreds decide.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.fitting.held_out import Floats, Groups, Mask, group_questions
from plimsoll.knowledge.retrieval.answerability import SIGNALS, WITH_VECTORS, AnswerSignals, AnswerWeights
from plimsoll.records import Interval
from plimsoll.stats import roc_area

FEWEST_OF_EACH = 20
"""Answerable and unanswerable questions without which nothing is decided."""
_ANSWERED = 0.95
_ROUNDS = 100
_CONVERGED = 1e-9
_LEAST = 1e-12
_PLACES = 2


class LabelledSignals(msgspec.Struct, frozen=True, kw_only=True):
    """A question of which it is known whether the documents answer it."""

    id: str
    """Its id."""
    cluster: str
    """What it is about; its id where that is not known."""
    signals: AnswerSignals
    """What speaks for the passage of the best sentence holding an answer."""
    is_answerable: bool
    """Whether it has one."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How well weights tell the two kinds of question apart."""

    area: Interval
    """Area under the ROC curve."""
    answered: float
    """Share of the answerable questions that are answered."""
    abstained: float
    """Share of the unanswerable questions that are not."""


class AnswerFit(msgspec.Struct, frozen=True, kw_only=True):
    """Proposed weights, and what questions that they were not fitted on say of them."""

    weights: AnswerWeights
    """The weights fitted on all questions, rounded as settings show them."""
    in_use: AnswerWeights
    """The weights that they were compared with."""
    answerable: int
    """Questions with an answer."""
    unanswerable: int
    """Questions without."""
    keeps_documents_whole: bool
    """Whether questions about one document were held out together; not so below ten documents."""
    before: Told
    """With the weights in use."""
    after: Told
    """With weights fitted on four fifths of the questions, on the other fifth."""
    gain: Interval
    """What the truth's log probability gains a question, held out."""

    @property
    def is_better(self) -> bool:
        """Tell whether they should replace the weights in use: better beyond chance."""
        return self.gain.low > 0.0


def fit_answerability(labelled: Sequence[LabelledSignals], *, in_use: AnswerWeights = WITH_VECTORS) -> AnswerFit:
    """Fit the weights by likelihood, and say by five-fold cross-validation what such a fit gains.

    The chance from which a question counts as answerable is the one that 95 % of the answerable questions fitted on
    reach. Raises InvalidRequest for fewer than 20 questions of either kind.
    """
    truth = np.array([one.is_answerable for one in labelled], np.bool_)
    answerable, unanswerable = int(truth.sum()), int((~truth).sum())
    if min(answerable, unanswerable) < FEWEST_OF_EACH:
        raise InvalidRequest(
            f"{answerable} questions with an answer and {unanswerable} without decide nothing about answerability.",
            next_step=f'Label at least {FEWEST_OF_EACH} of each; "abstain": true marks one without.',
        )
    rows = np.array([[1.0, *msgspec.structs.astuple(one.signals)] for one in labelled], np.float64)
    groups = group_questions([one.id for one in labelled], [one.cluster for one in labelled])
    before = _Judged(_chances(in_use, rows), np.full(len(rows), in_use.answerable_at))
    after = _Judged(np.zeros(len(rows)), np.zeros(len(rows)))
    for held in groups.folds():
        weights = _fit(rows[~held], truth[~held], in_use=in_use)
        after.chances[held], after.bars[held] = _chances(weights, rows[held]), weights.answerable_at
    return AnswerFit(
        weights=_fit(rows, truth, in_use=in_use),
        in_use=in_use,
        answerable=answerable,
        unanswerable=unanswerable,
        keeps_documents_whole=groups.are_documents,
        before=_tell(before, truth, groups),
        after=_tell(after, truth, groups),
        gain=groups.compare(_likelihood(before.chances, truth), _likelihood(after.chances, truth)),
    )


class _Judged(msgspec.Struct, frozen=True):
    chances: Floats
    bars: Floats


def _tell(judged: _Judged, truth: Mask, groups: Groups) -> Told:
    answers = judged.chances >= judged.bars
    return Told(
        area=roc_area(judged.chances, truth.tolist(), clusters=groups.names),
        answered=float(answers[truth].mean()),
        abstained=float((~answers[~truth]).mean()),
    )


def _likelihood(chances: Floats, truth: Mask) -> Floats:
    """Return the logarithm of the probability that was given to what is true, of each question."""
    return np.log(np.maximum(np.where(truth, chances, 1 - chances), _LEAST))


def _chances(weights: AnswerWeights, rows: Floats) -> Floats:
    return _logistic(rows @ _as_vector(weights))


def _fit(rows: Floats, truth: Mask, *, in_use: AnswerWeights) -> AnswerWeights:
    """Return the weights of the highest posterior, by Newton's method; halving a step keeps the loss falling."""
    prior = _as_vector(in_use)
    found, loss = prior, _loss(prior, rows, truth, prior=prior)
    for _ in range(_ROUNDS):
        chances = _logistic(rows @ found)
        slope = rows.T @ (chances - truth) + found - prior
        curve = rows.T @ (rows * (chances * (1 - chances))[:, None]) + np.eye(len(prior))
        step = np.linalg.solve(curve, slope)
        while (better := _loss(found - step, rows, truth, prior=prior)) > loss and np.abs(step).max() > _CONVERGED:
            step = step / 2
        if loss - better < _CONVERGED:
            break
        found, loss = found - step, better
    weights = np.round(found, _PLACES)
    at = float(np.quantile(_logistic(rows[truth] @ weights), 1 - _ANSWERED))
    names = ("bias", *SIGNALS)
    return AnswerWeights(**dict(zip(names, weights.tolist(), strict=True)), answerable_at=round(at, 3))


def _loss(weights: Floats, rows: Floats, truth: Mask, *, prior: Floats) -> float:
    return float(np.square(weights - prior).sum() / 2 - _likelihood(_logistic(rows @ weights), truth).sum())


def _as_vector(weights: AnswerWeights) -> Floats:
    return np.array([getattr(weights, name) for name in ("bias", *SIGNALS)], np.float64)


def _logistic(totals: Floats) -> Floats:
    return 1 / (1 + np.exp(-totals))
