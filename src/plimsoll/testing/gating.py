"""Runs the gate that a test's mark asks for. Loaded by `plimsoll.pytest_plugin` when a marked test runs, never before.

A gate that was run once in a session is not run again for the same mark.
"""

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec
import pytest
from rich.console import Console

from plimsoll.errors import InvalidRequest, one_of
from plimsoll.evals import GateReport, render_gate
from plimsoll.project import SETTINGS_FILE, EvalAsked
from plimsoll.project import open as open_project
from plimsoll.records import Verdict

_WIDTH = 100
_CHOICES = ("block", "warn")
_DEFAULTS: Mapping[str, object] = {
    "dataset": "",
    "repeats": 1,
    "baseline": "",
    "undecided": "",
    "project": "",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a mark asks for."""

    feature: str
    """The feature's name."""
    folder: Path
    """The project's folder."""
    dataset: str
    """A dataset in place of the feature's; empty for its own."""
    repeats: int
    """How often each case is asked."""
    baseline: str
    """A kept run that the feature must not be worse than, or `latest`; empty for none."""
    undecided: str
    """What `cannot tell` does: `block`, `warn`, or empty for what the line says."""


_DONE = pytest.StashKey[dict[Asked, GateReport]]()


def gate_marked(mark: pytest.Mark, *, config: pytest.Config, place: Path) -> GateReport:
    """Return what the gate says to the mark of a test in the folder `place`; raises what opening and running raise."""
    asked = read_mark(mark, root=config.rootpath, place=place)
    done = config.stash.setdefault(_DONE, {})
    if asked not in done:
        done[asked] = asyncio.run(_gate(asked))
    return done[asked]


def judge(report: GateReport) -> None:
    """Fail the test where the feature falls short or the undecided blocks; skip it where the undecided may pass."""
    if report.verdict is Verdict.HOLDS:
        return
    text = _show(report)
    if report.exit_code == 0:
        pytest.skip(f"{report.verdict}: {report.reason}")
    pytest.fail(text, pytrace=False)


def read_mark(mark: pytest.Mark, *, root: Path, place: Path) -> Asked:
    """Return what the mark asks for. Raises InvalidRequest, which names what is allowed."""
    if len(mark.args) != 1 or not isinstance(mark.args[0], str):
        raise InvalidRequest(
            f"plimsoll{mark.args!r} names no feature.", next_step='Write @pytest.mark.plimsoll("NAME").'
        )
    unknown = sorted(set(mark.kwargs) - set(_DEFAULTS))
    if unknown:
        raise InvalidRequest(f"plimsoll({unknown[0]}=...) does not exist.", next_step=f"Known: {', '.join(_DEFAULTS)}.")
    given = {**_DEFAULTS, **mark.kwargs}
    if given["undecided"] not in ("", *_CHOICES):
        raise InvalidRequest(f"plimsoll(undecided={given['undecided']!r}) is not one of {one_of(_CHOICES)}.")
    folder = root / str(given["project"]) if given["project"] else _find_project(place, root)
    return Asked(
        feature=mark.args[0],
        folder=folder,
        dataset=str(given["dataset"]),
        repeats=cast("int", given["repeats"]),
        baseline=str(given["baseline"]),
        undecided=str(given["undecided"]),
    )


def _find_project(place: Path, root: Path) -> Path:
    """Return the nearest folder above the test that holds a project; the root of the tests where none does."""
    return next((one for one in (place, *place.parents) if (one / SETTINGS_FILE).is_file()), root)


async def _gate(asked: Asked) -> GateReport:
    async with open_project(asked.folder) as project:
        wanted = EvalAsked(repeats=asked.repeats, dataset=asked.dataset)
        report = await project.evals.gate(asked.feature, wanted, baseline=asked.baseline)
    if report.verdict is Verdict.CANNOT_TELL and asked.undecided:
        return msgspec.structs.replace(report, exit_code=0 if asked.undecided == "warn" else 3)
    return report


def _show(report: GateReport) -> str:
    text = io.StringIO()
    Console(file=text, width=_WIDTH, color_system=None, markup=False, emoji=False).print(render_gate(report))
    return text.getvalue()
