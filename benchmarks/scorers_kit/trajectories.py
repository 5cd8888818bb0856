"""Do the scores of `tool_trajectory` agree with the rewards of recorded agent runs (tau-bench, airline)?

The recorded reward is given for the state of the database at the end, and for facts told to the user where the task
names some. The scorer sees calls alone. So the two can differ: two ways to the same state, a call that failed, a fact
that was not told. What is compared is the verdict, with nothing fitted.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec

from plimsoll.line import Sample, ToolCall
from plimsoll.records import Case, Interval, Outcome
from plimsoll.scorers import ToolTrajectory
from plimsoll.stats import clustered_proportion, cohen_kappa

READS = ("get_", "search_", "list_", "find_", "calculate", "think", "transfer_to_human_agents")
"""Beginnings of the names of tools that leave the database as it is."""


class AgreementFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How often a scorer's verdict is the reward."""

    mode: str
    """How the scorer was set."""
    runs: int
    """Recorded runs; two of each task, which are a cluster."""
    agreement: Interval
    """Share of runs on which verdict and reward agree."""
    kappa: Interval
    """The same beyond chance; its interval takes runs as independent."""
    passed_and_rewarded: int
    passed_only: int
    rewarded_only: int


async def measure_trajectories(data: Path) -> list[AgreementFigures]:
    """Return the agreement of several settings with the recorded rewards."""
    path = data / "tau_bench_trajectories" / "data.jsonl"
    runs = [cast("dict[str, object]", json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    names = {one.name for run in runs for one in (*_made(run), *_expected(run))}
    changing = frozenset(name for name in names if not name.startswith(READS))
    settings = {
        "all tools, in order": ToolTrajectory(),
        "all tools, all expected ones called": ToolTrajectory(match="superset"),
        "changing tools, any order, tool names only": ToolTrajectory(
            match="unordered", arguments="ignored", only=changing
        ),
        "changing tools, any order, expected arguments": ToolTrajectory(
            match="unordered", arguments="named", only=changing
        ),
    }
    return [await _measure(mode, scorer, runs) for mode, scorer in settings.items()]


async def _measure(mode: str, scorer: ToolTrajectory, runs: Sequence[dict[str, object]]) -> AgreementFigures:
    passed = [await _passes(scorer, run) for run in runs]
    rewarded = [run["reward"] == 1 for run in runs]
    agrees = [one == other for one, other in zip(passed, rewarded, strict=True)]
    pairs = list(zip(passed, rewarded, strict=True))
    return AgreementFigures(
        mode=mode,
        runs=len(runs),
        agreement=clustered_proportion(agrees, [str(run["task_id"]) for run in runs]),
        kappa=cohen_kappa(passed, rewarded),
        passed_and_rewarded=pairs.count((True, True)),
        passed_only=pairs.count((True, False)),
        rewarded_only=pairs.count((False, True)),
    )


async def _passes(scorer: ToolTrajectory, run: Mapping[str, object]) -> bool:
    expected = [{"name": one.name, "arguments": one.arguments} for one in _expected(run)]
    sample = Sample(input={}, output={}, outcome=Outcome.ANSWERED, tool_calls=_made(run))
    score = await scorer.score(Case(id="case", input={}, expected={"calls": expected}), sample)
    return score is not None and score.passed is True


def _expected(run: Mapping[str, object]) -> tuple[ToolCall, ...]:
    task = cast("dict[str, dict[str, list[dict[str, object]]]]", run["info"])["task"]
    return tuple(
        ToolCall(name=str(one["name"]), arguments=cast("dict[str, object]", one["kwargs"])) for one in task["actions"]
    )


def _made(run: Mapping[str, object]) -> tuple[ToolCall, ...]:
    found: list[ToolCall] = []
    for message in cast("list[dict[str, object]]", run["traj"]):
        for call in cast("list[dict[str, dict[str, str]]]", message.get("tool_calls") or []):
            function = call["function"]
            found.append(ToolCall(name=function["name"], arguments=json.loads(function["arguments"])))
    return tuple(found)
