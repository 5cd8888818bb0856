"""The scorers that ask no model, on public data: grounding, tool trajectories, intents, each with its interval.

Run `benchmarks/scorers.py [--data DIR] [--json] [--quick]`. DIR holds `begin_groundedness`, `wice_unsupported_tokens`,
`tau_bench_trajectories`, `banking77` and `clinc150`; what is missing is left out and named. Nothing is fitted on what
is measured. `--quick` takes an eighth of the questions. Exits with 1 when a target is missed, 2 without data.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from scorers_kit.classes import ClassFigures, draw, measure_classes, read_questions
from scorers_kit.grounding import GroundingFigures, measure_grounding, read_begin, read_wice
from scorers_kit.trajectories import AgreementFigures, measure_trajectories

import plimsoll
from plimsoll.line import Sample
from plimsoll.project import write_project
from plimsoll.records import Case, Interval, Outcome
from plimsoll.scorers import refuses
from plimsoll.stats import wilson

AREA_ON_BEGIN = 0.90
SETS = ("begin_groundedness", "wice_unsupported_tokens", "tau_bench_trajectories", "banking77", "clinc150")


class Figures(msgspec.Struct, kw_only=True):
    """Everything that was measured; None where the data is not there."""

    begin: GroundingFigures | None = None
    wice: GroundingFigures | None = None
    taken_for_refusals: Interval | None = None
    """Share of BEGIN's responses, chat about Wikipedia's facts, that `refuses` takes for a refusal: false alarms."""
    trajectories: list[AgreementFigures] = []
    banking77: ClassFigures | None = None
    clinc150: ClassFigures | None = None
    left_out: list[str] = []
    missed: list[str] = []


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data")))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if not any((given.data / name).is_dir() for name in SETS):
        print(f"none of {', '.join(SETS)} under {given.data}: set PLIMSOLL_DATA or give --data")
        return 2
    figures = asyncio.run(measure(given.data, share=1 / 8 if given.quick else 1.0))
    print(msgspec.json.encode(figures).decode() if given.json else "\n".join(described(figures)))
    return 1 if figures.missed else 0


async def measure(data: Path, *, share: float) -> Figures:
    """Return the figures of each data set that is there."""
    there = {name for name in SETS if (data / name).is_dir()}
    figures = Figures(left_out=[name for name in SETS if name not in there])
    if "begin_groundedness" in there:
        responses = read_begin(data)
        figures.begin = await measure_grounding(responses)
        figures.taken_for_refusals = wilson(await count_refusals([one.text for one in responses]), len(responses))
        if figures.begin.area.estimate < AREA_ON_BEGIN:
            figures.missed.append(f"area on BEGIN {figures.begin.area.estimate:.3f}, not {AREA_ON_BEGIN}")
    if "wice_unsupported_tokens" in there:
        figures.wice = await measure_grounding(read_wice(data))
    if "tau_bench_trajectories" in there:
        figures.trajectories = await measure_trajectories(data)
    if {"banking77", "clinc150"} & there:
        await measure_intents(data, figures, there=there, share=share)
    return figures


async def count_refusals(answers: Sequence[str]) -> int:
    """Return how many answers the scorer takes for a refusal where none is expected."""
    case = Case(id="case", input={}, expected={"refusal": False})
    samples = [Sample(input={}, output={"answer": one}, outcome=Outcome.ANSWERED) for one in answers]
    scores = [await refuses.score(case, sample) for sample in samples]
    return sum(score is not None and score.passed is False for score in scores)


async def measure_intents(data: Path, figures: Figures, *, there: set[str], share: float) -> None:
    """Open a project for its embedding model, and classify."""
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder) / "demo")
        async with plimsoll.open(Path(folder) / "demo", environ={}):
            if "banking77" in there:
                drawn = draw(read_questions(data / "banking77" / "data.jsonl"), share, "use")
                asked = draw(drawn, 0.2, "asked")
                names = {one.id for one in asked}
                figures.banking77 = await measure_classes([one for one in drawn if one.id not in names], asked)
            if "clinc150" in there:
                questions = read_questions(data / "clinc150" / "data.jsonl")
                known = draw([one for one in questions if one.id.startswith("train")], share, "use")
                asked = draw([one for one in questions if not one.id.startswith("train")], max(share, 0.5), "use")
                figures.clinc150 = await measure_classes(known, asked)


def described(figures: Figures) -> list[str]:
    """Return the figures as lines."""
    lines: list[str] = []
    for name, found in (("BEGIN", figures.begin), ("WiCE", figures.wice)):
        if found:
            lines.append(f"{name}: area {shown(found.area)} on texts with a claim, {shown(found.area_of_all)} on all;")
            lines.append(f"  {found.without_claim} of {found.texts} without a claim; the band decides {found.told};")
            lines.append(f"  of passed supported {shown(found.passed_supported)},")
            lines.append(f"  of failed not supported {shown(found.failed_unsupported)}")
    if figures.taken_for_refusals:
        lines.append(f"BEGIN: taken for refusals {shown(figures.taken_for_refusals)}")
    lines += [
        f"tau-bench, {one.mode}: agrees with the reward {shown(one.agreement)}, kappa {shown(one.kappa)}"
        for one in figures.trajectories
    ]
    for name, classes in (("BANKING77", figures.banking77), ("CLINC150", figures.clinc150)):
        if classes:
            lines.append(f"{name}: accuracy {shown(classes.accuracy)}, macro F1 {shown(classes.macro_f1)}")
            if classes.out_of_scope_area:
                lines.append(f"  out of scope, area {shown(classes.out_of_scope_area)}")
    lines += [f"left out: {name}" for name in figures.left_out]
    return lines + [f"missed: {one}" for one in figures.missed]


def shown(interval: Interval) -> str:
    """Return an interval in short."""
    return f"{interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}] (n={interval.n})"


if __name__ == "__main__":
    sys.exit(main())
