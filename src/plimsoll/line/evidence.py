"""What observations say about a bar: an interval, two p-values, and what it would take to know more.

Called by `evals` (and whoever holds observations); `decide` judges the result. A gap is never filled with a guess.
"""

import math
from collections.abc import Callable, Sequence

import msgspec

from plimsoll.line.bars import Bar, BarKind
from plimsoll.line.definition import Line
from plimsoll.line.judged import JudgeErrors, find_errors, measure_judged
from plimsoll.line.measures import (
    FEWEST_FOR_MEAN,
    Measure,
    fewest_that_hold,
    measure_mean,
    measure_p95,
    measure_share,
)
from plimsoll.line.observation import Observation
from plimsoll.line.readings import Reading, read_bar
from plimsoll.records import Interval

_MEASURES: dict[BarKind, Callable[[Bar, Reading, float], Measure]] = {
    BarKind.LATENCY: measure_p95,
    BarKind.MEAN_COST: measure_mean,
}


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What observations say about one bar."""

    interval: Interval | None
    """Where the bar's quantity lies, in its unit; an end that the cases cannot show is infinite; None without data."""
    n: int
    """Observations behind it."""
    missing: int
    """Observations that should be behind it and are not: lost to infrastructure, not scored, measured or priced."""
    confidence: float
    """Coverage of the interval; one minus it is the level that the p-values are held against."""
    p_holds: float = 1.0
    """Chance of evidence this good, were the truth at the bar; small speaks for `holds`."""
    p_falls_short: float = 1.0
    """Chance of evidence this bad, were the truth at the bar; small speaks for `falls short`."""
    smallest_effect: float | None = None
    """Smallest distance from the bar that so many cases show in four runs of five, in its unit; None when unknown."""
    more_cases: int | None = None
    """How many more cases would decide in four runs of five, were the estimate true; None when no number would."""
    note: str = ""
    """What a reader of the interval has to know, e.g. how much is missing; empty when nothing."""


def evidence_for(
    bar: Bar, observations: Sequence[Observation], *, confidence: float = 0.95, judges: Sequence[JudgeErrors] = ()
) -> Evidence:
    """Return what the observations say about the bar; `judges` is how judges err, for bars that take it out.

    Shares: Wilson at the effective sample size. Latency: the 95th percentile between two order statistics. Cost:
    Student's t with clustered errors, from 30 cases. Up to 5 % of missing values are left out and counted; beyond that
    the interval covers the worst and the best that they could have been.
    """
    reading = read_bar(bar, observations)
    if reading.n == 0:
        more = None if reading.missing else fewest_that_hold(bar, confidence)
        return Evidence(
            interval=None,
            n=0,
            missing=reading.missing,
            confidence=confidence,
            more_cases=more,
            note=_note(bar, reading),
        )
    if bar.is_calibrated:
        return _judged_evidence(bar, observations, reading, judges=judges, confidence=confidence)
    return _evidence(
        _MEASURES.get(bar.kind, measure_share)(bar, reading, confidence), reading, note=_note(bar, reading)
    )


def evidence_for_line(
    line: Line, observations: Sequence[Observation], *, judges: Sequence[JudgeErrors] = ()
) -> tuple[Evidence, ...]:
    """Return what the observations say about each bar of the line, in its order and at its confidence."""
    return tuple(evidence_for(bar, observations, confidence=line.confidence, judges=judges) for bar in line.bars)


def _judged_evidence(
    bar: Bar, observations: Sequence[Observation], reading: Reading, *, judges: Sequence[JudgeErrors], confidence: float
) -> Evidence:
    """Return the corrected rate; nothing where nobody knows how the judge errs that gave these scores."""
    name = bar.scorer.name if bar.scorer else ""
    scores = [one.scores[name] for one in observations if name in one.scores]
    errors = find_errors(judges, name, [score for score in scores if score.value is not None])
    note = _note(bar, reading)
    if errors is None:
        why = f"the judge {name!r} is uncalibrated: `plimsoll evals calibrate {name} DATASET` holds it against people"
        said = ", ".join(part for part in (why, note) if part)
        return Evidence(interval=None, n=reading.n, missing=reading.missing, confidence=confidence, note=said)
    labels = errors.counts.passes + errors.counts.fails
    raw = sum(reading.known) / reading.n
    own = f"{bar.show(raw)} by the judge itself, corrected by {labels} labels"
    measure = measure_judged(bar, reading, errors, confidence=confidence)
    return _evidence(measure, reading, note=", ".join(part for part in (own, note) if part))


def _evidence(measure: Measure, reading: Reading, *, note: str) -> Evidence:
    return Evidence(
        interval=measure.interval,
        n=reading.n,
        missing=reading.missing,
        confidence=measure.interval.confidence,
        p_holds=measure.p_holds,
        p_falls_short=measure.p_falls_short,
        smallest_effect=measure.smallest_effect,
        more_cases=_more_cases(reading, measure.cases_needed),
        note=note,
    )


def _more_cases(reading: Reading, needed: float | None) -> int | None:
    """Return the cases still to be asked, of which as large a share counts as does now.

    Where much is missing no number of cases helps: the same share of them would be missing.
    """
    if needed is None or reading.is_gappy:
        return None
    return max(1, math.ceil((needed - reading.n) * reading.asked / reading.n))


def _note(bar: Bar, reading: Reading) -> str:
    """Return what a reader of the interval has to know."""
    notes: list[str] = []
    if reading.missing:
        notes.append(f"{reading.missing} of {len(reading.values)} missing")
    if reading.n and reading.is_gappy:
        notes.append("above 5 %, so the interval covers the worst and the best they could have been")
    if bar.kind is BarKind.MEAN_COST and 0 < reading.n < FEWEST_FOR_MEAN:
        notes.append(f"a mean cost is not judged below {FEWEST_FOR_MEAN} cases")
    if reading.invalid:
        notes.append(f"{reading.invalid} invalid requests left out")
    return ", ".join(notes)
