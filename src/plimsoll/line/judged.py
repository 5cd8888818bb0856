"""A pass rate behind a judge that errs: the rate that people would find, read from how it erred on labelled answers.

Called by `evidence` for bars that ask for it, and by whoever shows a judge's rate. Two corrections (see
`stats.judged`): PPI++ where the labelled answers are a random draw of what is judged, else Rogan-Gladen.
"""

from collections.abc import Callable, Sequence

import msgspec

from plimsoll.line.bars import Bar
from plimsoll.line.measures import Measure
from plimsoll.line.readings import Reading
from plimsoll.records import Interval, Score
from plimsoll.stats import (
    JudgedCounts,
    effective_count,
    prediction_powered_mean,
    rogan_gladen,
    smallest_effect,
    variance_behind,
)

_FEWEST_DRAWN = 2
_ENDLESS = 1e6
_ROUNDS = 30


class JudgeErrors(msgspec.Struct, frozen=True, kw_only=True):
    """How one version of a judge errs, by answers that people labelled."""

    judge: str
    """The judge's name."""
    version: str
    """Its version: a hash of rubric, model and scale."""
    counts: JudgedCounts
    """How its rulings fell on the labels."""
    is_drawn: bool = False
    """Whether the labelled answers are a random draw of those that are judged."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Rulings of a judge, one for each answer that counts."""

    passed: tuple[bool, ...]
    """Whether it passed each."""
    clusters: tuple[object, ...] | None = None
    """What each shares with others; None where nothing is clustered."""


def find_errors(known: Sequence[JudgeErrors], judge: str, scores: Sequence[Score]) -> JudgeErrors | None:
    """Return how the judge errs where every one of its scores came of one version and that one is known, else None."""
    versions = {score.version for score in scores}
    if len(versions) != 1 or "" in versions:
        return None
    return next((one for one in known if (one.judge, {one.version}) == (judge, versions)), None)


def correct_rate(judged: Judged, errors: JudgeErrors, *, confidence: float = 0.95) -> Interval:
    """Return the pass rate that people would find, with its interval. Raises ValueError without a ruling."""
    if errors.is_drawn and errors.counts.passes + errors.counts.fails >= _FEWEST_DRAWN:
        labels, rulings = _spread_out(errors.counts)
        rest = [float(one) for one in judged.passed]
        return prediction_powered_mean(
            labels, rulings, rest, clusters_only_judged=judged.clusters, confidence=confidence
        )
    count = effective_count(judged.passed, judged.clusters, confidence=confidence)
    corrected = rogan_gladen(count.successes, count.n, errors.counts, confidence=confidence)
    return msgspec.structs.replace(corrected, n=len(judged.passed))


def measure_judged(bar: Bar, reading: Reading, errors: JudgeErrors, *, confidence: float) -> Measure:
    """Measure a pass rate with its judge's errors taken out; p-values by the confidence at which an end meets the bar.

    Much that is missing is taken for the worst and for the best that it could have been, as in any share.
    """
    fewest, most = _filled(reading, 0.0), _filled(reading, 1.0)
    interval = Interval(
        estimate=correct_rate(_known(reading), errors, confidence=confidence).estimate,
        low=correct_rate(fewest, errors, confidence=confidence).low,
        high=correct_rate(most, errors, confidence=confidence).high,
        confidence=confidence,
        n=reading.n,
    )

    def reaches_down(level: float) -> bool:
        return correct_rate(fewest, errors, confidence=level).low < bar.target

    def reaches_up(level: float) -> bool:
        return correct_rate(most, errors, confidence=level).high >= bar.target

    return Measure(
        interval=interval,
        p_holds=(1 - _least(reaches_down)) / 2 if interval.estimate >= bar.target else 1.0,
        p_falls_short=(1 - _least(reaches_up)) / 2 if interval.estimate < bar.target else 1.0,
        cases_needed=_cases_needed(bar, reading, errors, interval=interval),
    )


def _least(reaches: Callable[[float], bool]) -> float:
    """Return the least confidence at which the interval reaches the bar; nearly 1 where it never does."""
    low, high = 0.0, 1.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _cases_needed(bar: Bar, reading: Reading, errors: JudgeErrors, *, interval: Interval) -> float | None:
    """Return the rulings that would decide in four runs of five; None where labels are what is missing.

    The spread has a part that shrinks with rulings and one, of the labels, that stays. Labels that are a random draw
    leave the shares of the two open.
    """
    if errors.is_drawn:
        return None
    count = effective_count(_known(reading).passed, reading.filled(0.0).clusters if not reading.is_gappy else None)
    endless = rogan_gladen(
        count.successes * _ENDLESS, count.n * _ENDLESS, errors.counts, confidence=interval.confidence
    )
    stays = variance_behind(endless) / endless.n
    shrinks = max(0.0, variance_behind(interval) - stays * interval.n)
    reach = smallest_effect(1.0, 1, confidence=interval.confidence)
    room = (interval.estimate - bar.target) ** 2 - reach**2 * stays
    return reach**2 * shrinks / room if room > 0 else None


def _known(reading: Reading) -> Judged:
    """Return the rulings that were given."""
    kept = [place for place, value in enumerate(reading.values) if value is not None]
    clusters = None if reading.clusters is None else tuple(reading.clusters[place] for place in kept)
    return Judged(passed=tuple((reading.values[place] or 0) > 0 for place in kept), clusters=clusters)


def _filled(reading: Reading, filler: float) -> Judged:
    filled = reading.filled(filler)
    clusters = None if filled.clusters is None else tuple(filled.clusters)
    return Judged(passed=tuple(value > 0 for value in filled.values), clusters=clusters)


def _spread_out(counts: JudgedCounts) -> tuple[list[float], list[float]]:
    """Return labels and rulings, one for each labelled answer."""
    times = (counts.true_pass, counts.false_pass, counts.false_fail, counts.true_fail)
    labels = [1.0] * times[0] + [0.0] * times[1] + [1.0] * times[2] + [0.0] * times[3]
    rulings = [1.0] * (times[0] + times[1]) + [0.0] * (times[2] + times[3])
    return labels, rulings
