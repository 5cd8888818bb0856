"""What live scores come to: Hajek's weighted rate, the sample it is worth, and the rate people would find.

Called by the project's operations. Pure. Each score weighs one over the chance with which its trace was drawn, so that
days with another rate join rightly (Hajek 1971); what could not be told is missing, and counted.
"""

from collections.abc import Mapping, Sequence

import msgspec

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.evals.calibration.standing import describe_calibration, find_calibration
from plimsoll.records import Interval, ScoreSource
from plimsoll.stats import rogan_gladen, weighted_proportion
from plimsoll.traces import AlikeScores


class OnlineRate(msgspec.Struct, frozen=True, kw_only=True):
    """What one scorer said of live requests."""

    scorer: str
    """Its name."""
    rate: Interval | None
    """Pass rate of all requests, those not drawn included; None where it ruled on nothing."""
    effective_n: float
    """Scores of equal weight that these are worth: (sum of weights)² / sum of their squares."""
    n: int
    """Scores with a verdict."""
    missing: int
    """Scores without one."""
    corrected: Interval | None
    """The rate that people would find, by the judge's calibration; None without one, or where code judged."""
    standing: str
    """What a judge's scores are worth, in words; empty where code judged."""
    cost_usd: float | None
    """What judging cost; None when a price is unknown, or a cost was not counted."""


def summarise_online(scores: Sequence[AlikeScores], kept: Sequence[Calibration]) -> tuple[OnlineRate, ...]:
    """Return one rate for each scorer, by name; `kept` are the known calibrations, newest first."""
    by_name: dict[str, list[AlikeScores]] = {}
    for score in scores:
        by_name.setdefault(score.name, []).append(score)
    return tuple(_summarise(name, by_name[name], kept) for name in sorted(by_name))


def _summarise(name: str, scores: Sequence[AlikeScores], kept: Sequence[Calibration]) -> OnlineRate:
    ruled = [(score, score.passed) for score in scores if score.passed is not None]
    is_judge = any(score.source is ScoreSource.MODEL for score in scores)
    calibration = find_calibration(kept, [score for score, _ in ruled]) if is_judge and ruled else None
    weighted = weighted_proportion(
        [passed for _, passed in ruled],
        [1 / score.inclusion for score, _ in ruled],
        counts=[score.count for score, _ in ruled],
    )
    n = sum(score.count for score, _ in ruled)
    costs = [score.cost_usd for score in scores]
    return OnlineRate(
        scorer=name,
        rate=weighted.interval if weighted else None,
        effective_n=weighted.effective_n if weighted else 0.0,
        n=n,
        missing=sum(score.count for score in scores) - n,
        corrected=rogan_gladen(
            weighted.interval.estimate * weighted.effective_n, weighted.effective_n, calibration.counts
        )
        if weighted and calibration
        else None,
        standing=describe_calibration(calibration) if is_judge else "",
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
    )


def describe_rates(rates: Sequence[OnlineRate]) -> Mapping[str, str]:
    """Return each rate in words, by scorer."""
    return {one.scorer: _describe(one) for one in rates}


def _describe(one: OnlineRate) -> str:
    if one.rate is None:
        return f"no verdict; {one.missing} could not tell"
    parts = [f"{one.rate.estimate:.3f} [{one.rate.low:.3f}, {one.rate.high:.3f}] on {one.n} scores"]
    parts += [f"worth {one.effective_n:.0f} of equal weight"] if round(one.effective_n) != one.n else []
    parts += [f"{one.missing} could not tell"] if one.missing else []
    parts += [one.standing] if one.standing else []
    if one.corrected:
        seen = one.corrected
        parts.append(f"corrected {seen.estimate:.3f} [{seen.low:.3f}, {seen.high:.3f}]")
    return "; ".join(parts)
