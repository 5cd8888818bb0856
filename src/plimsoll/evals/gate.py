"""The gate: may this candidate ship? Its run against the line, and against a baseline where there is one.

Called by the project's operations. Pure: it reads two runs and decides; it stores and prints nothing.
"""

from collections.abc import Sequence

import msgspec

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.evals.calibration.standing import JudgedRate, errors_of, rate_judges
from plimsoll.evals.compare import Comparison, compare_runs
from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.pairing import note_on_pairing
from plimsoll.line import BarDecision, Line, LineDecision, decide_line, evidence_for_line, verdict_of
from plimsoll.records import Verdict


class GateReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate says, and why."""

    feature: str
    """The feature's name."""
    run_id: str
    """The run that was judged."""
    baseline_id: str | None
    """The run that it was compared with; None without one."""
    verdict: Verdict
    """`holds` when every bar and comparison does, `falls short` when one does, else `cannot tell`."""
    reason: str
    """Why, in one sentence."""
    decisions: tuple[BarDecision, ...]
    """What is said about each bar, in the line's order."""
    comparisons: tuple[Comparison, ...]
    """What is said against the baseline; empty without one."""
    more_cases: int | None
    """How many more cases would probably decide it; None when it is decided or no number would."""
    exit_code: int
    """What a command exits with: 0 holds, 1 falls short, 3 cannot tell (0 where the line says `warn`)."""
    warning: str
    """What to say where an undecided feature passes; empty otherwise."""
    notes: tuple[str, ...]
    """What a reader has to know: interrupted, other cases than the baseline's, other load, what judges are worth."""
    judges: tuple[JudgedRate, ...] = ()
    """What each judge's scores are worth."""

    @property
    def undecided(self) -> tuple[str, ...]:
        """Return the names of bars and comparisons that cannot be told."""
        bars = [one.bar.name for one in self.decisions if one.decision.verdict is Verdict.CANNOT_TELL]
        against = [one.bar.name for one in self.comparisons if one.decision.verdict is Verdict.CANNOT_TELL]
        return (*bars, *(f"{name} against the baseline" for name in against))


def gate_run(
    line: Line, run: EvalRun, baseline: EvalRun | None = None, *, calibrations: Sequence[Calibration] = ()
) -> GateReport:
    """Return whether the run clears the line and, with a baseline, is not worse than it by more than the margin.

    Both sides count the same cases: those with the same id, input and expectations. A run that was interrupted cannot
    hold, since the cases it left out are not a random choice. `calibrations` are those that are known, newest first:
    bars that ask for it read a judge's rate corrected by them, and each judge's rate is noted with what it is worth.
    """
    decision = decide_line(line, evidence_for_line(line, observe(run), judges=errors_of(calibrations)))
    comparisons = compare_runs(line, run, baseline) if baseline else ()
    judges = rate_judges(run, calibrations, confidence=line.confidence)
    verdict = verdict_of([*(one.decision for one in decision.decisions), *(one.decision for one in comparisons)])
    if verdict is Verdict.HOLDS and not run.is_complete:
        verdict = Verdict.CANNOT_TELL
    return GateReport(
        feature=run.feature,
        run_id=run.id,
        baseline_id=baseline.id if baseline else None,
        verdict=verdict,
        reason=_explain(verdict, decision, comparisons, is_complete=run.is_complete),
        decisions=decision.decisions,
        comparisons=comparisons,
        more_cases=_more_cases(verdict, decision, comparisons),
        exit_code=line.exit_code(verdict),
        warning=line.warning(verdict),
        notes=(*_notes(line, run, baseline), *(one.describe() for one in judges)),
        judges=judges,
    )


def _explain(
    verdict: Verdict, decision: LineDecision, comparisons: tuple[Comparison, ...], *, is_complete: bool
) -> str:
    against = [one.bar.name for one in comparisons if one.decision.verdict is verdict]
    worse = f"{', '.join(against)} against the baseline: {verdict}." if against else ""
    if verdict is Verdict.HOLDS:
        return f"{decision.reason} It is not worse than the baseline." if comparisons else decision.reason
    if not is_complete and decision.verdict is Verdict.HOLDS and not worse:
        return "The run was interrupted, so that its cases are not the whole dataset."
    return " ".join(part for part in (decision.reason if decision.verdict is verdict else "", worse) if part)


def _more_cases(verdict: Verdict, decision: LineDecision, comparisons: tuple[Comparison, ...]) -> int | None:
    if verdict is not Verdict.CANNOT_TELL:
        return None
    wanted = [decision.more_cases, *(one.decision.more_cases for one in comparisons)]
    return max((one for one in wanted if one), default=None)


def _notes(line: Line, run: EvalRun, baseline: EvalRun | None) -> list[str]:
    notes: list[str] = []
    asked = run.cases * run.repeats
    if not run.is_complete:
        why = f" {run.stop_reason}" if run.stop_reason else ""
        notes.append(f"The run was interrupted after {len(run.results)} of {asked} requests.{why}")
    if run.concurrency > 1 and any(bar.unit == "s" for bar in line.bars):
        notes.append(f"Latency was measured with {run.concurrency} requests at once; a gate measures one at a time.")
    if baseline is not None:
        notes += note_on_pairing(run, baseline)
    return notes
