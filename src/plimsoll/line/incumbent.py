"""The other half of a gate: is the candidate not worse than what runs today?

Called by `evals` with the paired difference of the two on the same cases. Higher is better; who compares costs or
latencies turns the sign first.
"""

from plimsoll.errors import InvalidFeature
from plimsoll.line.bars import is_number
from plimsoll.records import Decision, Interval, Verdict
from plimsoll.stats import PairedDifference, cases_for_difference, variance_behind


def not_worse(paired: PairedDifference | None, margin: float) -> Decision:
    """Return whether the candidate is worse than the baseline by no more than the margin (non-inferiority).

    The lower end of the difference above -margin: holds. The upper end below -margin: falls short. Else, and without
    pairs, it cannot tell. Raises InvalidFeature for a negative margin.
    """
    if not (is_number(margin) and margin >= 0):
        raise InvalidFeature(f"margin={margin!r} is not a number from 0 up, e.g. 0.02.")
    if paired is None:
        return Decision(verdict=Verdict.CANNOT_TELL, reason="No case was answered by both versions.")
    delta = paired.delta
    seen = (
        f"{delta.estimate:+.3f} [{delta.low:+.3f}, {delta.high:+.3f}] on {delta.n} cases ({paired.discordant} changed):"
    )
    if delta.low > -margin:
        return Decision(verdict=Verdict.HOLDS, reason=f"{seen} not worse by more than {margin:g}.")
    if delta.high < -margin:
        return Decision(verdict=Verdict.FALLS_SHORT, reason=f"{seen} worse by more than {margin:g}.")
    more = _more_cases(delta, margin)
    advice = f" About {more} more cases would probably decide it." if more else ""
    return Decision(
        verdict=Verdict.CANNOT_TELL,
        reason=f"{seen} may or may not be worse by more than {margin:g}.{advice}",
        more_cases=more,
    )


def _more_cases(delta: Interval, margin: float) -> int | None:
    """Return how many more cases would decide, were the estimate the truth; None when it lies on the margin."""
    distance = delta.estimate + margin
    if distance == 0:
        return None
    needed = cases_for_difference(variance_behind(delta), distance, confidence=delta.confidence)
    return max(1, needed - delta.n)
