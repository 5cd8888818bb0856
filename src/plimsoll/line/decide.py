"""The one place where evidence becomes a verdict.

Called wherever a line is enforced. Two conditions stand behind a verdict: the whole interval lies on that side of the
bar, and the p-value confirms it at one minus the confidence. Over several bars `falls short` is claimed under Holm,
and `holds` needs every bar.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from plimsoll.line.bars import Bar
from plimsoll.line.definition import Line
from plimsoll.line.evidence import Evidence
from plimsoll.records import Decision, Interval, Verdict
from plimsoll.stats import cases_for_level, holm


class BarDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about one bar of a line, and why."""

    bar: Bar
    """The bar."""
    evidence: Evidence
    """What the verdict rests on."""
    decision: Decision
    """The verdict, as one of the line's: a `falls short` stands after Holm's correction."""


class LineDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a whole line."""

    verdict: Verdict
    """`holds` when every bar does, `falls short` when a bar does under Holm, else `cannot tell`."""
    reason: str
    """Why, in one sentence that names the bars."""
    decisions: tuple[BarDecision, ...]
    """Each bar's, in the line's order."""
    more_cases: int | None = None
    """How many more cases the most demanding undecided bar needs; None when decided, or when no number would help."""


def decide(bar: Bar, evidence: Evidence) -> Decision:
    """Return whether the bar, taken alone, is cleared. Without data it cannot tell."""
    return _decide(bar, evidence, p_falls_short=evidence.p_falls_short)


def decide_line(line: Line, evidences: Sequence[Evidence]) -> LineDecision:
    """Return whether the line is cleared, from one evidence a bar, in the line's order.

    A line that is exactly met is said to fall short, and one that is missed to hold, with a chance of at most one minus
    its confidence each (Holm 1979; intersection-union). Raises ValueError when there is not one evidence a bar.
    """
    adjusted = holm([evidence.p_falls_short for evidence in evidences])
    decisions = tuple(
        BarDecision(bar=bar, evidence=evidence, decision=_decide(bar, evidence, p_falls_short=p_value))
        for bar, evidence, p_value in zip(line.bars, evidences, adjusted, strict=True)
    )
    verdict = verdict_of(one.decision for one in decisions)
    return LineDecision(
        verdict=verdict,
        reason=_name_bars(verdict, decisions),
        decisions=decisions,
        more_cases=_most(decisions, verdict),
    )


def verdict_of(decisions: Iterable[Decision]) -> Verdict:
    """Return the verdict over decisions that all matter: one that falls short decides; without any it cannot tell."""
    verdicts = {decision.verdict for decision in decisions}
    if Verdict.FALLS_SHORT in verdicts:
        return Verdict.FALLS_SHORT
    return Verdict.HOLDS if verdicts == {Verdict.HOLDS} else Verdict.CANNOT_TELL


def _decide(bar: Bar, evidence: Evidence, *, p_falls_short: float) -> Decision:
    interval = evidence.interval
    if interval is None:
        return _without_data(bar, evidence)
    alpha = 1 - evidence.confidence
    seen = _show(bar, evidence, interval)
    if _is_good(bar, interval) and evidence.p_holds <= alpha:
        return Decision(verdict=Verdict.HOLDS, reason=f"{seen} clears {bar.describe()}.")
    if _is_bad(bar, interval) and p_falls_short <= alpha:
        return Decision(verdict=Verdict.FALLS_SHORT, reason=f"{seen} misses {bar.describe()}.")
    return _undecided(bar, evidence, seen=seen, p_falls_short=p_falls_short)


def _without_data(bar: Bar, evidence: Evidence) -> Decision:
    if evidence.n:
        return Decision(verdict=Verdict.CANNOT_TELL, reason=f"{bar.describe()} cannot be read: {evidence.note}.")
    note = f" ({evidence.note})" if evidence.note else ""
    advice = f" It could hold from {evidence.more_cases} cases." if evidence.more_cases else ""
    return Decision(
        verdict=Verdict.CANNOT_TELL,
        reason=f"No data for {bar.describe()}{note}.{advice}",
        more_cases=evidence.more_cases,
    )


def _undecided(bar: Bar, evidence: Evidence, *, seen: str, p_falls_short: float) -> Decision:
    interval = evidence.interval
    more = evidence.more_cases
    if interval and _is_bad(bar, interval):
        among = " for one bar among several" if evidence.p_falls_short <= 1 - evidence.confidence else ""
        why = f"seems to miss {bar.describe()}, but not surely enough{among}"
        more = _more_under_holm(evidence, p_falls_short)
    elif interval and _is_good(bar, interval):
        why = f"seems to clear {bar.describe()}, but not surely enough"
    else:
        why = f"straddles {bar.describe()}"
    reason = f"{seen} {why}.{_advice(bar, evidence, more)}"
    return Decision(verdict=Verdict.CANNOT_TELL, reason=reason, more_cases=more)


def _more_under_holm(evidence: Evidence, p_falls_short: float) -> int | None:
    """Return how many more cases the stricter level of one bar among several needs."""
    p_value = evidence.p_falls_short
    level = (1 - evidence.confidence) * p_value / p_falls_short
    if not 0 < p_value < 0.5:  # noqa: PLR2004 - half is where evidence points neither way
        return evidence.more_cases
    return max(1, cases_for_level(p_value, evidence.n, level=level) - evidence.n)


def _advice(bar: Bar, evidence: Evidence, more: int | None) -> str:
    """Return what would decide it, and what these cases could have shown."""
    effect = evidence.smallest_effect
    shown = f" {evidence.n} cases can show a distance of {bar.show(effect)}." if effect is not None else ""
    return f" About {more} more cases would probably decide it.{shown}" if more else shown


def _is_good(bar: Bar, interval: Interval) -> bool:
    return interval.low >= bar.target if bar.is_at_least else interval.high <= bar.target


def _is_bad(bar: Bar, interval: Interval) -> bool:
    return interval.high < bar.target if bar.is_at_least else interval.low > bar.target


def _show(bar: Bar, evidence: Evidence, interval: Interval) -> str:
    """Return the evidence as the subject of a sentence."""
    high = bar.show(interval.high) if math.isfinite(interval.high) else "unbounded"
    note = f", {evidence.note}" if evidence.note else ""
    ends = f"[{bar.show(interval.low)}, {high}]"
    return f"{bar.show(interval.estimate)} {ends} on {evidence.n} cases{note}:"


def _name_bars(verdict: Verdict, decisions: Sequence[BarDecision]) -> str:
    """Return the line's reason: the bars that decide it."""
    if verdict is Verdict.HOLDS:
        return f"All {len(decisions)} bars hold." if len(decisions) > 1 else "The bar holds."
    names = ", ".join(one.bar.name for one in decisions if one.decision.verdict is verdict)
    return f"{names}: {verdict}."


def _most(decisions: Sequence[BarDecision], verdict: Verdict) -> int | None:
    if verdict is not Verdict.CANNOT_TELL:
        return None
    return max((one.decision.more_cases or 0 for one in decisions), default=0) or None
