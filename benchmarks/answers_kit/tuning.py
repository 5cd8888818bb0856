"""Chooses the constants of retrieval on the development half, and prints them for the code that holds them."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from answers_kit.looking import Looked, Looker, legs_without_article, rank_of_gold
from numpy.typing import NDArray
from scipy.optimize import minimize  # pyright: ignore[reportUnknownVariableType]

from plimsoll.knowledge import LabelledLegs, fit_mix
from plimsoll.knowledge.retrieval.answerability import AnswerSignals, answer_signals
from plimsoll.knowledge.retrieval.highlight import SentenceSignals
from plimsoll.knowledge.retrieval.retrieve import LegScores
from plimsoll.stats import ndcg_at

Numbers = NDArray[np.float64]
Loss = Callable[[Numbers], tuple[float, Numbers]]

_STEP = 0.1
_RIDGE = 0.5
_KEPT = 0.95


class Choice(msgspec.Struct, frozen=True):
    """A question's sentences: signals [sentences, 5], and which hold a gold answer."""

    signals: Numbers
    is_gold: NDArray[np.bool_]


def print_fitted_mix(looked: Sequence[Looked]) -> None:
    """Print what `fit_mix` makes of the labels of all questions, and whether it would be adopted."""
    found = fit_mix([_labelled(one) for one in looked if not one.asked.is_impossible])
    print("fitted mix:", msgspec.structs.asdict(found.mix), f"on {found.questions} questions")
    gain = found.gain
    print(f"nDCG@10 {found.before:.4f}, held-out gain {gain.estimate:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]")
    print("adopted" if found.is_better else "not adopted")


def _labelled(looked: Looked) -> LabelledLegs:
    def measure(order: Sequence[int]) -> float:
        is_gold = [looked.passage_ids[place] == looked.asked.gold_passage_id for place in order]
        first = is_gold.index(True) + 1 if True in is_gold else None
        return ndcg_at([float(place == first) for place in range(1, 11)], [1.0], 10)

    legs = looked.legs.table().astype(np.float64)
    return LabelledLegs(id=looked.asked.id, cluster=looked.asked.title, legs=legs, measure=measure)


def tune(looker: Looker, development: Sequence[Looked]) -> None:
    """Print the mix of legs, the weights of sentences and the weights of answerability."""
    answerable = [looked for looked in development if not looked.asked.is_impossible]
    print_mixes(answerable)
    print_sentence_weights(looker, answerable)
    print_answerability("with vectors", looker, development)
    print_answerability("by words", looker, [looker.look_by_words(one.asked) for one in development])


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


def print_answerability(name: str, looker: Looker, development: Sequence[Looked]) -> None:
    """Print the weights of a logistic, and the chance that 95 % of the answerable questions reach."""
    rows, elsewhere, truth = answer_rows(looker, development)
    weights = fit_answerability(rows, elsewhere, truth)
    chances = 1 / (1 + np.exp(-(rows[truth] @ weights)))
    names = ("bias", *SIGNALS)
    found = {signal: round(float(weight), 2) for signal, weight in zip(names, weights, strict=True)}
    print(f"answerability {name}:", found)
    print("answerable at:", round(float(np.quantile(chances, 1 - _KEPT)), 3))


def answer_rows(looker: Looker, looked: Sequence[Looked]) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """Return the signals with one before them, the same without each question's article, and what is answerable."""
    rows = [_answer_row(looker, one, one.legs) for one in looked]
    elsewhere = [_answer_row(looker, one, legs_without_article(one)) for one in looked]
    return np.array(rows), np.array(elsewhere), np.array([not one.asked.is_impossible for one in looked])


def fit_answerability(rows: Numbers, elsewhere: Numbers, truth: NDArray[np.bool_]) -> Numbers:
    """Return the weights of the logistic: answerable against look-alikes and against everything asked elsewhere."""
    is_answerable = np.concatenate([truth, np.zeros(len(elsewhere), np.bool_)])
    return _fit(_logistic_loss(np.concatenate([rows, elsewhere]), is_answerable), rows.shape[1])


SIGNALS = AnswerSignals.__struct_fields__
"""Names of the signals of answerability, in the order of their weights."""
_NAMES = SentenceSignals.__struct_fields__


def _mixed(looked: Looked, mix: tuple[float, float, float]) -> NDArray[np.float32]:
    words, chunk, sentence = mix
    legs = looked.legs
    return (words * legs.words + chunk * legs.chunk + sentence * legs.sentence).astype(np.float32)


def _choice(looker: Looker, looked: Looked) -> Choice:
    passages = looker.read(looked, looked.legs)
    signals = [msgspec.structs.astuple(signal) for passage in passages for signal in passage.signals]
    gold = [looked.asked.is_answered_by(sentence) for passage in passages for sentence in passage.sentences]
    return Choice(np.array(signals, np.float64), np.array(gold))


def _answer_row(looker: Looker, looked: Looked, legs: LegScores) -> list[float]:
    passages = [passage for passage in looker.read(looked, legs) if passage.signals]
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
