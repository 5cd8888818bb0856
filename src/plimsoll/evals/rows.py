"""What a run says, row by row and in words: each bar, each tag, each scorer that no bar names.

Called by the reports for terminal, Markdown and HTML. Pure.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import msgspec

from plimsoll.evals.slices import Slice
from plimsoll.line import Bar, BarDecision, Observation
from plimsoll.records import Decision, Interval, Verdict
from plimsoll.stats import clustered_proportion

NONE = "-"
"""What stands where there is nothing to show."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table."""

    name: str
    """The scorer's name for a pass rate, the bar's for any other."""
    estimate: str
    """The estimate with its unit."""
    interval: str
    """Both ends."""
    n: int
    """Cases behind it."""
    missing: int
    """Cases that should be behind it and are not."""
    target: str
    """Where the bar lies."""
    verdict: Verdict | None
    """What is said about it; None for what no bar is about."""
    reach: Interval | None = None
    """The interval itself; None without data."""
    bar: Bar | None = None
    """The bar; None where no bar names the scorer."""


def bar_row(decision: BarDecision) -> Row:
    """Return a bar with what is said about it as a row."""
    bar, evidence = decision.bar, decision.evidence
    return Row(
        name=short_name(bar),
        estimate=bar.show(evidence.interval.estimate) if evidence.interval else NONE,
        interval=_show_interval(bar, evidence.interval),
        n=evidence.n,
        missing=evidence.missing,
        target=f"{'≥' if bar.is_at_least else '≤'} {bar.show(bar.target)}",
        verdict=decision.decision.verdict,
        reach=evidence.interval,
        bar=bar,
    )


def slice_row(one: Slice) -> Row:
    """Return a bar on the cases of one tag as a row: slices are shown and never judged."""
    shown_only = Decision(verdict=Verdict.CANNOT_TELL, reason="")
    return bar_row(BarDecision(bar=one.bar, evidence=one.evidence, decision=shown_only))


def short_name(bar: Bar) -> str:
    """Return the scorer's name for a pass rate, the bar's for any other."""
    return bar.scorer.name if bar.scorer else bar.name


def _show_share(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _show_interval(bar: Bar, interval: Interval | None) -> str:
    if interval is None:
        return NONE
    high = bar.show(interval.high) if math.isfinite(interval.high) else "unbounded"
    low = bar.show(interval.low)
    return f"{low.removesuffix(f' {bar.unit}')} … {high.removesuffix(f' {bar.unit}')}"


def scorer_rows(barred: Collection[str], observations: Sequence[Observation], confidence: float) -> Iterator[Row]:
    """Return a row for each scorer that is not among those that bars name: shown, not judged."""
    told: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    missing: dict[str, int] = defaultdict(int)
    for place, one in enumerate(observations):
        for name, score in one.scores.items():
            if score.passed is None:
                missing[name] += 1
            else:
                told[name].append((score.passed, one.cluster or str(place)))
    for name in sorted((told.keys() | missing.keys()) - set(barred)):
        yield _row_of_scorer(name, told[name], missing[name], confidence=confidence)


def _row_of_scorer(name: str, told: list[tuple[bool, str]], missing: int, *, confidence: float) -> Row:
    passes, clusters = [passed for passed, _ in told], [cluster for _, cluster in told]
    interval = clustered_proportion(passes, clusters, confidence=confidence) if told else None
    return Row(
        name=name,
        estimate=_show_share(interval.estimate) if interval else NONE,
        interval=f"{_show_share(interval.low)} … {_show_share(interval.high)}" if interval else NONE,
        n=len(told),
        missing=missing,
        target=NONE,
        verdict=None,
        reach=interval,
    )
