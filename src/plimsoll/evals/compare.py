"""Two runs on the same cases: for each bar on a share, is the candidate not worse than the baseline by the margin?

Called by `gate` and `run_comparison`. Pure.
"""

import msgspec

from plimsoll.evals.eval_run import EvalRun
from plimsoll.evals.pairing import (
    Difference,
    Pairs,
    describe_difference,
    measure_pairs,
    pair_cases,
    pair_runs,
    quantity_of,
)
from plimsoll.line import Bar, Line, not_worse
from plimsoll.records import Decision, Verdict

_MOST_MISSING = 0.05


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate against baseline on one bar."""

    bar: Bar
    """The bar whose quantity is compared."""
    decision: Decision
    """Whether the candidate is not worse by more than the line's margin."""
    difference: Difference
    """By how much it differs, on which cases, and what so many cases could have shown."""


def compare_runs(line: Line, run: EvalRun, baseline: EvalRun) -> tuple[Comparison, ...]:
    """Return one comparison for each bar on a share: pass rates, answers and errors.

    Latency and cost are left to their bars, since a margin of a share says nothing about seconds and dollars.
    `falls short` is claimed at a confidence shared out over all bars and comparisons (Bonferroni).
    """
    runs = pair_runs(run, baseline)
    bars = [bar for bar in line.bars if bar.is_share]
    return tuple(judge_pairs(bar, line, pair_cases(quantity_of(bar), runs), seed=run.id) for bar in bars)


def judge_pairs(bar: Bar, line: Line, pairs: Pairs, *, seed: str) -> Comparison:
    """Return what is said about one bar of the line, from its pairs."""
    difference = describe_difference(pairs, confidence=line.confidence, seed=seed)
    claims = len(line.bars) + sum(one.is_share for one in line.bars)
    decision = _decide(line, pairs, difference, claims=claims, seed=seed)
    return Comparison(bar=bar, decision=decision, difference=difference)


def _decide(line: Line, pairs: Pairs, difference: Difference, *, claims: int, seed: str) -> Decision:
    decision = not_worse(difference.paired, line.margin)
    if decision.verdict is Verdict.FALLS_SHORT:
        strict = measure_pairs(pairs, confidence=1 - (1 - line.confidence) / claims, seed=seed)
        if not_worse(strict, line.margin).verdict is not Verdict.FALLS_SHORT:
            reason = f"{decision.reason} Not surely enough for one claim among {claims}."
            return Decision(verdict=Verdict.CANNOT_TELL, reason=reason)
    if pairs.missing > _MOST_MISSING * len(pairs.cases):
        reason = f"{decision.reason} {pairs.missing} common cases are missing, above 5 %."
        return Decision(verdict=Verdict.CANNOT_TELL, reason=reason)
    return decision
