"""Whether attack rates and bias scores measure what they say: scripted models whose right figure is known.

Run `benchmarks/red_team.py [--data DIR] [--json] [--quick]`. DIR holds the public sets by name. No figure says anything
of a real model: none can be reached without a key. A model that obeys every instruction must come out at 1, one that
obeys none at 0, and what code cannot tell must be counted as such. Exit code 1 where one does not.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import msgspec
import numpy as np
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel

from plimsoll.datasets import Dataset
from plimsoll.evals import (
    AttackFigure,
    AttackReport,
    BiasFigures,
    RunSettings,
    answers_harmless,
    figure_attacks,
    figure_bias,
    load_attacks,
    read_answer,
    read_questions,
    resists_attack,
    run_dataset,
)
from plimsoll.features import Feature, FeatureRunner
from plimsoll.gateway import Alias, ChatRequest, Gateway, ModelTarget, Scripted, load_embedder
from plimsoll.records import Case, Interval, SystemClock

SETS = (
    "tensor_trust",
    "cyberseceval_injection",
    "bipia_indirect_injection",
    "jailbreak_inthewild",
    "prompt_injection_deepset",
    "xstest",
    "notinject",
)
PER_TYPE, QUICK_PER_TYPE = 100, 5
QUICK_QUESTIONS = 120
REFUSAL = "I'm sorry, but I can't help with that."
CLOCK = SystemClock()


class Asked(BaseModel):
    """Any text, however long: public attacks run to tens of thousands of characters."""

    text: str


class Reply(BaseModel):
    """What was said."""

    answer: str


FEATURE = Feature("target", input=Asked, output=Reply, prompt="echo.md")
Say = Callable[[str], str]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    data = given.data or Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data"))
    if not (data / "bbq_bias" / "data.jsonl").is_file():
        print(f"no public sets under {data}: set PLIMSOLL_DATA or give --data")
        return 2 if given.data else 0
    attacks = asyncio.run(measure_attacks(data, QUICK_PER_TYPE if given.quick else PER_TYPE))
    bias = measure_bias(data / "bbq_bias" / "data.jsonl", is_quick=given.quick)
    missed = [*missed_attacks(attacks), *missed_bias(bias)]
    if given.json:
        whole = {"attacks": attacks, "bias": bias, "missed": missed}
        print(json.dumps(msgspec.to_builtins(whole)))
    else:
        show(attacks, bias, missed)
    return 1 if missed else 0


async def measure_attacks(data: Path, per_type: int) -> dict[str, dict[str, AttackReport]]:
    """Return the report of each scripted model on each set, by model."""
    found: dict[str, dict[str, AttackReport]] = {}
    for name in SETS:
        attacks = load_attacks(data / name, "text", per_type=per_type)
        for model, say in models_for(attacks).items():
            found.setdefault(model, {})[name] = await attack(say, attacks)
    return found


def models_for(attacks: Dataset) -> dict[str, Say]:
    """Return the scripted models: one says what shows each attack's success, one declines all, one chats on."""
    wanted: dict[str, str] = {}
    for case in attacks.cases:  # one text may be asked about twice
        text = str(case.input["text"]).strip()
        wanted[text] = f"{wanted.get(text, '')} {says(case)}"
    return {
        "obeys": lambda text: wanted[text].strip() or "Gladly.",
        "declines": lambda _: REFUSAL,
        "ignores": lambda _: "The ship sails at noon.",
        "repeats": lambda text: text,
    }


def says(case: Case) -> str:
    """Return what shows an attack's success; empty where nothing does."""
    return str(cast("dict[str, object]", case.expected["attack"])["says"])


async def attack(say: Say, attacks: Dataset) -> AttackReport:
    """Ask a scripted model every attack, through a feature as any request goes."""

    def reply(request: ChatRequest) -> str:
        return json.dumps({"answer": say(request.messages[-1].content)})

    tracer = TracerProvider().get_tracer("benchmark")
    target = ModelTarget(alias="default", provider="scripted", model="scripted")
    gateway = Gateway({"scripted": Scripted(reply)}, [Alias.of(target)], tracer=tracer, clock=CLOCK)
    with tempfile.TemporaryDirectory() as folder:
        root = write_prompt(folder)
        runner = FeatureRunner(gateway=gateway, retrievers={}, root=root, tracer=tracer, clock=CLOCK)
        settings = RunSettings(scorers=(resists_attack, answers_harmless), concurrency=8)
        return figure_attacks(await run_dataset(FEATURE, attacks, runtime=runner, clock=CLOCK, settings=settings))


def write_prompt(folder: str) -> Path:
    """Write the prompt of the feature that is attacked, which adds nothing, and return its folder."""
    Path(folder, "echo.md").write_text("{{ input.text }}", encoding="utf-8")
    return Path(folder)


def measure_bias(file: Path, *, is_quick: bool) -> dict[str, BiasFigures]:
    """Return the bias figures of answerers on BBQ: three scripted ones, and the embedded model as nearest neighbour."""
    with file.open(encoding="utf-8") as opened:
        cases, left_out = read_questions((json.loads(line) for line in opened), "text")
    cases = cases[: QUICK_QUESTIONS if is_quick else None]
    print(f"BBQ: {len(cases)} questions, {left_out} without one target", file=sys.stderr)
    answers = {
        "always unknown": [str(case.expected["unknown"]) for case in cases],
        "always biased": [str(case.expected["biased"]) for case in cases],
        "always right": [str(case.expected["choice"]) for case in cases],
        "nearest by embedding": nearest(cases),
    }
    return {
        name: figure_bias([read_answer(case, one) for case, one in zip(cases, chosen, strict=True)])
        for name, chosen in answers.items()
    }


def nearest(cases: Sequence[Case]) -> list[str]:
    """Return the letter of the answer whose embedding is nearest to context and question: no reader, a baseline."""
    embedder = load_embedder()
    asked = [str(case.input["text"]).rsplit("\nA. ", 1)[0] for case in cases]
    options = [option for case in cases for option in options_of(case)]
    questions, choices = embedder.embed(asked), embedder.embed(options).reshape(len(cases), 3, -1)
    best = np.einsum("nd,nkd->nk", questions, choices).argmax(axis=1)
    return ["ABC"[int(place)] for place in best]


def options_of(case: Case) -> list[str]:
    """Return the three answers of a question."""
    return cast("list[str]", case.expected["options"])


def missed_attacks(found: dict[str, dict[str, AttackReport]]) -> list[str]:
    """Return what does not come out as it must: obeying at 1, declining and ignoring at 0."""
    wanted = {"obeys": 1.0, "declines": 0.0, "ignores": 0.0}
    return [
        f"{model} on {name}, {one.kind}: {one.succeeded}/{one.told}"
        for model, share in wanted.items()
        for name, report in found[model].items()
        for one in overall(report)
        if one.kind != "over-refusal" and one.told and one.succeeded != share * one.told
    ] + [
        f"declines on {name}: {one.told - one.succeeded} harmless requests not counted as refused"
        for name, report in found["declines"].items()
        for one in overall(report)
        if one.kind == "over-refusal" and one.succeeded != one.told
    ]


def missed_bias(found: dict[str, BiasFigures]) -> list[str]:
    """Return what does not come out as it must of the answerers whose figures are known."""
    biased, right, unknown = (found[name] for name in ("always biased", "always right", "always unknown"))
    checks = {
        "always biased, ambiguous": estimate(biased.ambiguous_bias) == 1,
        "always biased, disambiguated": estimate(biased.disambiguated_bias) == 1,
        "always right, ambiguous": estimate(right.ambiguous_accuracy) == 1 and right.ambiguous_bias is None,
        "always right, disambiguated": estimate(right.disambiguated_accuracy) == 1,
        "always unknown": estimate(unknown.disambiguated_accuracy) == 0,
    }
    return [name for name, holds in checks.items() if not holds]


def overall(report: AttackReport) -> list[AttackFigure]:
    """Return the figures over all types of each kind."""
    return [one for one in report.figures if one.type == "all"]


def estimate(interval: Interval | None) -> float | None:
    """Return the estimate, where there is one."""
    return interval.estimate if interval else None


def show(attacks: dict[str, dict[str, AttackReport]], bias: dict[str, BiasFigures], missed: Sequence[str]) -> None:
    """Print the tables."""
    print(
        f"{'model':<10}{'set':<27}{'kind':<20}{'succeeded':>12}  {'95 % interval':<17}{'cannot tell':>11}{'refused':>9}"
    )
    for model, reports in attacks.items():
        for name, report in reports.items():
            for one in overall(report):
                told = f"{one.succeeded}/{one.told}"
                ends = f"{span(one.rate):<17}{one.cannot_tell:>11}{one.refused:>9}"
                print(f"{model:<10}{name:<27}{one.kind:<20}{told:>12}  {ends}")
    print(f"\n{'answerer':<22}{'unread':>7}  {'accuracy, ambiguous':<27}{'accuracy, clear':<27}"
          f"{'bias, ambiguous':<27}bias, clear")  # fmt: skip
    for name, one in bias.items():
        figures = (one.ambiguous_accuracy, one.disambiguated_accuracy, one.ambiguous_bias, one.disambiguated_bias)
        print(f"{name:<22}{one.unread:>7}  " + "".join(f"{shown(figure):<27}" for figure in figures))
    for line in missed:
        print(f"MISSED: {line}")


def shown(interval: Interval | None) -> str:
    """Return an estimate with its interval."""
    return f"{interval.estimate:.3f} {span(interval)}" if interval else "-"


def span(interval: Interval | None) -> str:
    """Return the ends of an interval."""
    return f"[{interval.low:.3f}, {interval.high:.3f}]" if interval else "-"


if __name__ == "__main__":
    sys.exit(main())
