"""How well a corpus knows that it holds no answer, with no language model: AUC, calibration, transfer, cost.

Run `benchmarks/answerability.py [--data DIR] [--json] [--ablate]`. DIR holds `squad2` and, for the check on other
questions, `rgb_counterfactual`. Figures are of the half of SQuAD 2 that no constant was fitted on; `answers.py --tune`
prints the constants. `--ablate` fits again without each signal. Exits with 1 when a target is missed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from answers_kit.discrimination import (
    Estimate,
    Scores,
    area_under_curve,
    calibration_error,
    reliability,
    resampled,
)
from answers_kit.ingested import ingested
from answers_kit.looking import Looked, Looker
from answers_kit.questions import AskedQuestion, QuestionSet, load_question_set
from answers_kit.questions_rgb import load_rgb
from answers_kit.tuning import SIGNALS, answer_rows, fit_answerability, print_fitted_mix
from numpy.typing import NDArray

from plimsoll.knowledge.retrieval.answerability import BY_WORDS, WITH_VECTORS, judge_answerability, weights_for

AT_LEAST = 0.68
AT_LEAST_ELSEWHERE = 0.97
MOST_MILLISECONDS = 5.0


class Judged(msgspec.Struct, frozen=True):
    """One question and what was estimated."""

    looked: Looked
    chance: float
    without_article: float
    milliseconds: float
    """What judging the passages took once their sentences were scored."""


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data")))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--ablate", action="store_true")
    given = parser.parse_args()
    if not (given.data / "squad2" / "questions.jsonl").is_file():
        print(f"no squad2 under {given.data}: set PLIMSOLL_DATA or give --data")
        return 2
    figures = asyncio.run(measure(given.data, ablates=given.ablate))
    missed = [name for name, value, low, high in targets(figures) if not low <= value <= high]
    if given.json:
        print(msgspec.json.encode({"figures": figures, "missed": missed}).decode())
    return 1 if missed else 0


def targets(figures: dict[str, float]) -> list[tuple[str, float, float, float]]:
    """Return name, value and the range it has to be in."""
    return [
        ("AUC", figures["AUC"], AT_LEAST, 1.0),
        ("AUC, questions without a negation", figures["AUC, questions without a negation"], AT_LEAST, 1.0),
        ("AUC, article missing", figures["AUC, article missing"], AT_LEAST_ELSEWHERE, 1.0),
        ("milliseconds a question, p50", figures["milliseconds a question, p50"], 0.0, MOST_MILLISECONDS),
    ]


async def measure(folder: Path, *, ablates: bool) -> dict[str, float]:
    """Ask all questions of SQuAD 2, then those of RGB, and return the figures."""
    questions = load_question_set(folder / "squad2")
    rgb_file = folder / "rgb_counterfactual" / "en_fact.jsonl"
    rgb = load_rgb(rgb_file) if rgb_file.is_file() else None
    with tempfile.TemporaryDirectory() as scratch:
        async with ingested(questions, Path(scratch)) as opened:
            looker = await Looker.over(opened)
            asked = [one for one in questions.questions if not one.is_for_development()]
            held_out = [judge(looker, looker.look(one)) for one in asked]
            figures = held_out_figures(held_out)
            figures |= words_figures([judge(looker, looker.look_by_words(one)) for one in asked])
            print_fitted_mix([*(one.looked for one in held_out), *map(looker.look, development_of(questions))])
            if ablates:
                print_ablation(looker, questions, held_out)
            if rgb is not None:
                foreign = np.array([judge(looker, looker.look(one)).chance for one in rgb.questions])
                figures["RGB questions asked of SQuAD passages, abstained"] = float(
                    (foreign < WITH_VECTORS.answerable_at).mean()
                )
    if rgb is not None:
        figures |= await transfer_figures(rgb)
    for name, value in figures.items():
        print(f"{name:<62}{value:>8.3f}")
    return figures


def judge(looker: Looker, looked: Looked) -> Judged:
    """Estimate whether the corpus answers the question, with and without its article."""
    passages = looker.read(looked, looked.legs)
    began = time.perf_counter()
    chance = judge_answerability(looked.question, passages, weights=weights_for(looked.question))
    spent = (time.perf_counter() - began) * 1000
    return Judged(looked, chance, looker.chance_without_article(looked), spent)


def held_out_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the figures of the half that nothing was fitted on, and print intervals and the reliability table."""
    chances, truth = arrays(judged)
    clusters = [one.looked.asked.gold_passage_id for one in judged]
    plain = np.array([not one.looked.question.is_negated for one in judged])
    elsewhere = np.array([one.without_article for one in judged])
    either = np.concatenate([chances, elsewhere])
    either_truth = np.concatenate([truth, np.zeros(len(truth), np.bool_)])
    asked_of_article = np.concatenate([chances[truth], elsewhere])
    is_there = np.arange(len(asked_of_article)) < int(truth.sum())
    show("AUC", estimate(chances, truth, clusters))
    show("AUC, questions without a negation", estimate(chances[plain], truth[plain], chosen(clusters, plain)))
    for one in reliability(either, either_truth):
        print(f"  estimated {one.estimated:.2f}  answerable {one.observed:.2f}  of {one.questions}")
    return {
        "AUC": area_under_curve(chances, truth),
        "AUC, questions without a negation": area_under_curve(chances[plain], truth[plain]),
        "AUC, article missing": area_under_curve(asked_of_article, is_there),
        "calibration error, half of the questions without article": calibration_error(either, either_truth),
        "calibration error, SQuAD 2 as it is": calibration_error(chances, truth),
        "milliseconds a question, p50": float(np.median([one.milliseconds for one in judged])),
        "milliseconds a question, p95": float(np.quantile([one.milliseconds for one in judged], 0.95)),
    }


def words_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the figures of a search by words alone, with its own weights and with those of a whole search."""
    chances, truth = arrays(judged)
    clusters = [one.looked.asked.gold_passage_id for one in judged]
    elsewhere = np.array([one.without_article for one in judged])
    is_there = np.arange(int(truth.sum()) + len(elsewhere)) < int(truth.sum())
    show("by words alone, AUC", estimate(chances, truth, clusters))
    return {
        "by words alone, AUC": area_under_curve(chances, truth),
        "by words alone, AUC, article missing": area_under_curve(np.concatenate([chances[truth], elsewhere]), is_there),
        "by words alone, answerable questions answered": float((chances[truth] >= BY_WORDS.answerable_at).mean()),
        "by words alone, abstained from look-alikes": float((chances[~truth] < BY_WORDS.answerable_at).mean()),
        "by words alone, abstained, article missing": float((elsewhere < BY_WORDS.answerable_at).mean()),
    }


async def transfer_figures(rgb: QuestionSet) -> dict[str, float]:
    """Return how well questions and texts of another origin are told apart, by constants fitted on SQuAD 2."""
    with tempfile.TemporaryDirectory() as scratch:
        async with ingested(rgb, Path(scratch)) as opened:
            looker = await Looker.over(opened)
            judged = [judge(looker, looker.look(one)) for one in rgb.questions]
    scores = np.array([*(one.chance for one in judged), *(one.without_article for one in judged)])
    truth = np.arange(len(scores)) < len(judged)
    show("RGB, AUC with and without the true texts", estimate(scores, truth, [*range(len(judged))] * 2))
    return {
        "RGB, AUC with and without the true texts": area_under_curve(scores, truth),
        "RGB, answerable questions answered": float((scores[truth] >= WITH_VECTORS.answerable_at).mean()),
        "RGB, abstained without the true texts": float((scores[~truth] < WITH_VECTORS.answerable_at).mean()),
    }


def print_ablation(looker: Looker, questions: QuestionSet, held_out: Sequence[Judged]) -> None:
    """Print the held-out AUC that is lost, fitted again on the development half, without each signal."""
    development = list(map(looker.look, development_of(questions)))
    rows, elsewhere, truth = answer_rows(looker, development)
    asked, _, answerable = answer_rows(looker, [one.looked for one in held_out])
    clusters = [one.looked.asked.gold_passage_id for one in held_out]
    full = asked @ fit_answerability(rows, elsewhere, truth)
    for number, name in enumerate(SIGNALS, start=1):
        keeps = [column for column in range(rows.shape[1]) if column != number]
        less = asked[:, keeps] @ fit_answerability(rows[:, keeps], elsewhere[:, keeps], truth)
        show(f"AUC gained by {name}", difference((full, less), answerable, clusters))


def development_of(questions: QuestionSet) -> list[AskedQuestion]:
    """Return the half of the questions that constants are fitted on."""
    return [one for one in questions.questions if one.is_for_development()]


def difference(scores: tuple[Scores, Scores], truth: NDArray[np.bool_], clusters: Sequence[str]) -> Estimate:
    """Return the difference of two areas on the same questions."""
    one, other = scores
    return resampled(lambda at: area_under_curve(one[at], truth[at]) - area_under_curve(other[at], truth[at]), clusters)


def estimate(scores: Scores, truth: NDArray[np.bool_], clusters: Sequence[object]) -> Estimate:
    """Return the area with its interval."""
    return resampled(lambda at: area_under_curve(scores[at], truth[at]), [str(one) for one in clusters])


def arrays(judged: Sequence[Judged]) -> tuple[Scores, NDArray[np.bool_]]:
    """Return estimates and which questions are answerable."""
    truth = np.array([not one.looked.asked.is_impossible for one in judged])
    return np.array([one.chance for one in judged]), truth


def chosen(clusters: Sequence[str], mask: NDArray[np.bool_]) -> list[str]:
    """Return the clusters of the chosen places."""
    return [cluster for cluster, is_chosen in zip(clusters, mask, strict=True) if is_chosen]


def show(name: str, found: Estimate) -> None:
    """Print an estimate with its interval."""
    print(f"{name:<62}{found.value:>8.3f}  [{found.low:.3f}, {found.high:.3f}]")


if __name__ == "__main__":
    sys.exit(main())
