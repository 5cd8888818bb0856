"""How well questions are answered from documents: retrieval, sentences, abstention, latency.

Run `benchmarks/answers.py [--data DIR] [--json] [--quick]`. DIR is a folder in the format of SQuAD 2 as this project
keeps it. Every figure is of the half of the questions that no constant was chosen on (split by a hash of the question's
id); `--tune` prints the constants that the other half asks for. Exits with 1 when a target is missed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from answers_kit.answering import Answered, answer, running
from answers_kit.ingested import ingested
from answers_kit.looking import Looked, Looker, rank_of_gold
from answers_kit.questions import QuestionSet, load_question_set
from answers_kit.tuning import tune

from plimsoll.knowledge.retrieval.answerability import WITH_VECTORS
from plimsoll.stats import paired_binary, wilson

QUICK_ARTICLES = 7
QUICK_QUESTIONS = 240


class Figure(msgspec.Struct, frozen=True):
    """One figure and what it has to reach."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def is_missed(self) -> bool:
        """Tell whether the target is missed; for a figure with `low` as its target, by its lower bound."""
        too_low = self.at_least is not None and self.value < self.at_least
        return too_low or (self.at_most is not None and self.value > self.at_most)

    def line(self) -> str:
        """Return the figure as a line of the table."""
        interval = f"[{self.low:.3f}, {self.high:.3f}]" if self.low is not None and self.high is not None else ""
        target = f">= {self.at_least:g}" if self.at_least is not None else ""
        target = f"<= {self.at_most:g}" if self.at_most is not None else target
        return f"{self.name:<52}{self.value:>9.3f}  {interval:<16} {target:<8}{'MISSED' if self.is_missed() else ''}"


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parse_arguments()
    if not (arguments.data / "questions.jsonl").is_file():
        print(f"no questions at {arguments.data}: set PLIMSOLL_DATA or give --data")
        return 2 if arguments.is_explicit else 0
    questions = load_question_set(arguments.data)
    if arguments.quick:
        questions = questions.of_articles(QUICK_ARTICLES)
    return asyncio.run(measure(questions, arguments))


class Arguments(msgspec.Struct, frozen=True):
    """What was asked for."""

    data: Path
    is_explicit: bool
    json: bool
    quick: bool
    tune: bool


def parse_arguments() -> Arguments:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tune", action="store_true")
    given = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    data = Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data")) / "squad2"
    return Arguments(given.data or data, given.data is not None, given.json, given.quick, given.tune)


async def measure(questions: QuestionSet, arguments: Arguments) -> int:
    """Ingest, ask every held-out question, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with ingested(questions, Path(folder)) as opened:
            report = opened.report
            print(f"{report.added} documents, {report.chunks} chunks in {report.seconds:.1f} s")
            looker = await Looker.over(opened)
            if arguments.tune:
                tune(looker, [looker.look(asked) for asked in questions.questions if asked.is_for_development()])
                return 0
            held_out = [asked for asked in questions.questions if not asked.is_for_development()]
            asked = held_out[: QUICK_QUESTIONS if arguments.quick else None]
            async with running(opened, Path(folder)) as runner:
                answered = [await answer(runner, question) for question in asked]
            looked = [looker.look(question) for question in asked if not question.is_impossible]
            figures = [
                *retrieval_figures(looked, is_quick=arguments.quick),
                *sentence_figures(answered),
                *abstention_figures(answered, [looker.chance_without_article(one) for one in looked]),
                *latency_figures(answered),
            ]
    return report_figures(figures, as_json=arguments.json, questions=len(asked))


def retrieval_figures(looked: Sequence[Looked], *, is_quick: bool) -> list[Figure]:
    """Return recall@5 and MRR of each leg and of their mix, over answerable questions."""
    legs = {
        "BM25": [rank_of_gold(one, one.legs.words) for one in looked],
        "dense": [rank_of_gold(one, one.legs.chunk) for one in looked],
        "sentences": [rank_of_gold(one, one.legs.sentence) for one in looked],
        "fused": [rank_of_gold(one, one.legs.fused()) for one in looked],
    }
    hits = {name: [0 < rank <= 5 for rank in ranks] for name, ranks in legs.items()}
    figures = [
        *(share(f"recall@5 {name}", hits[name], at_least=0.97 if name == "fused" else None) for name in legs),
        *(Figure(f"MRR {name}", float(np.mean([1 / r if r else 0.0 for r in ranks]))) for name, ranks in legs.items()),
    ]
    better = max(("BM25", "dense"), key=lambda name: sum(hits[name]))
    delta = paired_binary(hits[better], hits["fused"]).delta
    # On the few questions of --quick no interval is narrow enough: there only a proven loss counts as a miss.
    bound = delta.high if is_quick else delta.low
    which = "upper" if is_quick else "lower"
    return [
        *figures,
        Figure(f"recall@5 fused minus {better}", delta.estimate, delta.low, delta.high),
        Figure(f"recall@5 fused minus {better}, {which} bound", bound, at_least=-0.01),
    ]


def sentence_figures(answered: Sequence[Answered]) -> list[Figure]:
    """Return how often cited sentences hold a gold answer, over answerable questions; an abstention is a miss."""
    answerable = [one for one in answered if not one.asked.is_impossible]
    first = [any(map(one.asked.is_answered_by, one.sentences[:1])) for one in answerable]
    cited = [any(map(one.asked.is_answered_by, one.sentences)) for one in answerable]
    return [
        share("first cited sentence holds a gold answer", first, at_least=0.75),
        share("cited sentences (two at most) hold a gold answer", cited, at_least=0.84),
        Figure(
            "most sentences cited by an answer",
            float(max((len(one.sentences) for one in answered), default=0)),
            at_most=2,
        ),
    ]


def abstention_figures(answered: Sequence[Answered], chances_elsewhere: Sequence[float]) -> list[Figure]:
    """Return how well abstention tells what cannot be answered."""
    abstained = [one for one in answered if not one.is_answered]
    impossible = [one for one in answered if one.asked.is_impossible]
    answerable = [one for one in answered if not one.asked.is_impossible]
    return [
        share("answerable questions answered", [one.is_answered for one in answerable]),
        share("abstention precision, unanswerable look-alikes", [one.asked.is_impossible for one in abstained]),
        share("abstention recall, unanswerable look-alikes", [not one.is_answered for one in impossible]),
        share(
            "abstention recall, article not in the corpus",
            [chance < WITH_VECTORS.answerable_at for chance in chances_elsewhere],
        ),
    ]


def latency_figures(answered: Sequence[Answered]) -> list[Figure]:
    """Return the latency of a request to the feature, one at a time, from question to traced answer."""
    milliseconds = np.array([one.seconds for one in answered]) * 1000
    cpu = np.array([one.cpu_seconds for one in answered]) * 1000
    return [
        Figure("latency p50, ms", float(np.quantile(milliseconds, 0.5))),
        Figure("CPU time p50, ms", float(np.quantile(cpu, 0.5))),
        Figure("CPU time p95, ms", float(np.quantile(cpu, 0.95))),
        Figure("latency p95, ms", float(np.quantile(milliseconds, 0.95)), at_most=60.0),
    ]


def share(name: str, hits: Sequence[bool], *, at_least: float | None = None) -> Figure:
    """Return a share with its Wilson interval; 0 of 0 is shown without one."""
    if not hits:
        return Figure(name, 0.0, at_least=at_least)
    interval = wilson(sum(hits), len(hits))
    return Figure(name, interval.estimate, interval.low, interval.high, at_least=at_least)


def report_figures(figures: Sequence[Figure], *, as_json: bool, questions: int) -> int:
    """Print the table, and one JSON object as the last line where asked; return the exit code."""
    print(f"{questions} held-out questions")
    for figure in figures:
        print(figure.line())
    missed = [figure.name for figure in figures if figure.is_missed()]
    if as_json:
        values = {figure.name: round(figure.value, 4) for figure in figures}
        print(msgspec.json.encode({"questions": questions, "figures": values, "missed": missed}).decode())
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
