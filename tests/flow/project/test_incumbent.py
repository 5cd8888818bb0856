"""Which run a candidate is held against: the newest complete one at another revision, and never a variant."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.evals import EvalRun, Evaluations, Experiment, gate_run
from plimsoll.line import Line, answered
from plimsoll.project.evals.incumbent import find_incumbent, note_first_run
from plimsoll.records import SystemClock

from contract.store.databases import opened
from unit.evals.samples import result, run_of

pytestmark = pytest.mark.anyio


def kept(number: int, revision: str | None, **changes: object) -> EvalRun:
    return replace(run_of([result(0)]), id=f"{number:032x}", revision=revision, **changes)


VARIANT = Experiment(variant="model=strong")
KEPT = (
    kept(1, "a" * 40),
    kept(2, "b" * 40),
    kept(3, "c" * 40),
    kept(4, "b" * 40, is_complete=False),
    kept(5, "b" * 40, dataset="other"),
    kept(6, "b" * 40, experiment=VARIANT),
    kept(7, "b" * 40, feature="another"),
)


@pytest.mark.parametrize(
    ("number", "revision", "found"),
    [(9, "c" * 40, 2), (9, "b" * 40, 3), (9, None, 3), (3, "c" * 40, 2), (2, "a" * 40, None), (1, "c" * 40, None)],
)
async def test_the_newest_complete_run_of_another_revision_is_taken(
    tmp_path: Path, number: int, revision: str, *, found: int | None
):
    async with opened(f"sqlite:///{tmp_path / 'state.db'}") as store:
        evaluations = Evaluations(store, SystemClock())
        for one in KEPT:
            await evaluations.save(one)
        incumbent = await find_incumbent(evaluations, kept(number, revision))
    assert (incumbent.id if incumbent else None) == (None if found is None else f"{found:032x}")
    assert incumbent is None or len(incumbent.results) == 1


def test_without_one_the_report_says_that_the_line_alone_decides():
    report = note_first_run(gate_run(Line(answered(at_least=0.5)), kept(1, None)))
    assert "the line alone decides" in report.notes[-1]
