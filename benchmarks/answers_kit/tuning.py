"""Chooses the constants of retrieval on the development half, and prints them for the code that holds them."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from answers_kit.looking import Looked, Looker, rank_of_gold, scores_without_article
from numpy.typing import NDArray
from scipy.optimize import minimize  # pyright: ignore[reportUnknownVariableType]

from plimsoll.knowledge.retrieval.answerability import AnswerSignals, answer_signals
from plimsoll.knowledge.retrieval.highlight import SentenceSignals

Numbers = NDArray[np.float64]
Loss = Callable[[Numbers], tuple[float, Numbers]]

_STEP = 0.1
_RIDGE = 0.5
_KEPT = 0.95


class Choice(msgspec.Struct, frozen=True):
    """A question's sentences: signals [sentences, 5], and which hold a gold answer."""

    signals: Numbers
    is_gold: NDArray[np.bool_]


def tune(looker: Looker, development: Sequence[Looked]) -> None:
    """Print the mix of legs, the weights of sentences and the weights of answerability."""
    answerable = [looked for looked in development if not looked.asked.is_impossible]
    print_mixes(answerable)
    print_sentence_weights(looker, answerable)
    print_answerability(looker, development)


def print_mixes(answerable: Sequence[Looked]) -> None:
    """Print recall@5 and MRR of every convex mix in steps of a tenth, best last."""
    found: list[tuple[float, float, tuple[float, float, float]]] = []
    steps = round(1 / _STEP)
    for words in range(steps + 1):
        for chunk in range(steps + 1 - words):
            mix = (words * _STEP, chunk * _STEP, 1 - (words + chunk) * _STEP)
            ranks = np.array([rank_of_gold(looked, _mixed(looked, mix)) for looked in answerable])
            reciprocal = np.divide(1.0, ranks, out=np.zeros(len(ranks)), where=ranks > 0)
            found.append((float(((ranks > 0) & (ranks <= 5)).mean()), float(reciprocal.mean()), mix))
    print("recall@5    MRR  words chunk sentence")
    for recall, reciprocal_rank, (words, chunk, sentence) in sorted(found)[-8:]:
        print(f"  {recall:.4f} {reciprocal_rank:.4f}    {words:.1f}   {chunk:.1f}      {sentence:.1f}")


def print_sentence_weights(looker: Looker, answerable: Sequence[Looked]) -> None:
    """Print the weights of a conditional logit: gold sentences against the others of the same question."""
    choices = [_choice(looker, looked) for looked in answerable]
    fitted = _fit(_choice_loss([choice for choice in choices if choice.is_gold.any()]), len(_NAMES))
    print("sentences:", {name: round(float(weight), 2) for name, weight in zip(_NAMES, fitted, strict=True)})


def print_answerability(looker: Looker, development: Sequence[Looked]) -> None:
    """Print the weights of a logistic, and the chance that 95 % of the answerable questions reach."""
    rows = [_answer_row(looker, looked, looked.legs.fused()) for looked in development]
    truth = [not looked.asked.is_impossible for looked in development]
    elsewhere = [_answer_row(looker, looked, scores_without_article(looked)) for looked in development]
    signals = np.array([*rows, *elsewhere])
    is_answerable = np.array([*truth, *([False] * len(elsewhere))])
    weights = _fit(_logistic_loss(signals, is_answerable), signals.shape[1])
    chances = 1 / (1 + np.exp(-(signals @ weights)))
    names = ("bias", *AnswerSignals.__struct_fields__)
    print("answerability:", {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)})
    print("answerable at:", round(float(np.quantile(chances[is_answerable], 1 - _KEPT)), 3))


_NAMES = SentenceSignals.__struct_fields__


def _mixed(looked: Looked, mix: tuple[float, float, float]) -> NDArray[np.float32]:
    words, chunk, sentence = mix
    legs = looked.legs
    return (words * legs.words + chunk * legs.chunk + sentence * legs.sentence).astype(np.float32)


def _choice(looker: Looker, looked: Looked) -> Choice:
    passages = looker.read(looked, looked.legs.fused())
    signals = [msgspec.structs.astuple(signal) for passage in passages for signal in passage.signals]
    gold = [looked.asked.is_answered_by(sentence) for passage in passages for sentence in passage.sentences]
    return Choice(np.array(signals, np.float64), np.array(gold))


def _answer_row(looker: Looker, looked: Looked, scores: NDArray[np.float32]) -> list[float]:
    passages = [passage for passage in looker.read(looked, scores) if passage.signals]
    if not passages:
        return [1.0] + [0.0] * len(AnswerSignals.__struct_fields__)
    best = max(passages, key=lambda passage: passage.best_score())
    return [1.0, *msgspec.structs.astuple(answer_signals(looked.question, best))]


def _choice_loss(choices: Sequence[Choice]) -> Loss:
    def loss(weights: Numbers) -> tuple[float, Numbers]:
        total, slope = _RIDGE * float(weights @ weights) / 2, _RIDGE * weights
        for choice in choices:
            shares = np.exp(choice.signals @ weights - (choice.signals @ weights).max())
            shares /= shares.sum()
            gold = float(shares[choice.is_gold].sum())
            total -= float(np.log(gold + 1e-12))
            slope = slope + choice.signals.T @ (shares - shares * choice.is_gold / gold)
        return total, slope

    return loss


def _logistic_loss(signals: Numbers, truth: NDArray[np.bool_]) -> Loss:
    def loss(weights: Numbers) -> tuple[float, Numbers]:
        chances = 1 / (1 + np.exp(-(signals @ weights)))
        likelihood = np.where(truth, chances, 1 - chances)
        total = -float(np.log(likelihood + 1e-12).sum()) + _RIDGE * float(weights @ weights) / 2
        return total, signals.T @ (chances - truth) + _RIDGE * weights

    return loss


def _fit(loss: Loss, size: int) -> Numbers:
    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B")  # pyright: ignore[reportCallIssue, reportUnknownVariableType, reportArgumentType]
    return np.asarray(found.x, np.float64)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportAttributeAccessIssue]
