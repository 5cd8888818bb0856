"""A feature's figures as charts: one for each bar of its line with the line drawn, and its requests. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from plimsoll.pages import (
    Series,
    TimeChart,
    TimeLine,
    draw_over_time,
    format_count,
    format_duration,
    format_money,
    format_plural,
)
from plimsoll.project import FeatureReport, LiveBar, ProjectStatus
from plimsoll.records import ErrorClass, Outcome
from plimsoll.stats import wilson
from plimsoll.traces import FigurePoint

_MS = 1_000.0
Counted = tuple[float, int]
"""Hits, and among how many."""


def draw_feature(report: FeatureReport) -> tuple[TimeChart, ...]:
    """Return the charts of a feature: its bars in the line's order, what no bar is about, and its requests."""
    bars = report.live.bars if report.live else ()
    barred = {bar.kind for bar in bars}
    charts = [_draw_bar(bar, report) for bar in bars]
    charts += [
        _WITHOUT_BAR[kind](report, None) for kind in ("latency_p95", "error_rate", "mean_cost") if kind not in barred
    ]
    # What has nothing to draw is low, and stands last, so that it leaves no hole between the others.
    return tuple(sorted((*charts, _draw_requests(report)), key=lambda chart: chart.is_empty))


def draw_trends(status: ProjectStatus) -> dict[str, str]:
    """Return the path of the requests to each feature by its name, undeclared ones included; unnamed ones by none."""
    unnamed = {"": draw_trend(status.unnamed.trend)} if status.unnamed else {}
    return unnamed | {one.name: draw_trend(one.traffic.trend) for one in (*status.features, *status.undeclared)}


def draw_trend(counts: Sequence[int]) -> str:
    """Return the path of how many requests there were, step by step, on a field of 1,000 by 100; empty for none."""
    most = max(counts, default=0)
    if not most:
        return ""
    places = [f"{1000 * (at + 0.5) / len(counts):.1f} {96 - 92 * count / most:.1f}" for at, count in enumerate(counts)]
    return f"M{'L'.join(places)}"


def _draw_bar(bar: LiveBar, report: FeatureReport) -> TimeChart:
    if bar.kind == "pass_rate":
        return _draw_scores(report, bar)
    if bar.kind == "answered":
        counted = [_count_answered(point) for point in report.points]
        return _draw_shares("Answered", counted, report=report, bar=bar)
    return _WITHOUT_BAR[bar.kind](report, bar)


def _draw_scores(report: FeatureReport, bar: LiveBar) -> TimeChart:
    counted: list[Counted | None] = []
    for point in report.points:
        found = point.quality.get(bar.scorer)
        counted.append((found.rate * found.n, found.n) if found and found.rate is not None and found.n else None)
    return _draw_shares(f"{bar.scorer}, share that passes", counted, report=report, bar=bar)


def _count_answered(point: FigurePoint) -> Counted | None:
    known = _known(point)
    return (min(known, point.by_outcome.get(Outcome.ANSWERED, 0)), known) if known else None


def _count_failed(point: FigurePoint) -> Counted | None:
    known = _known(point)
    failed = max(0, point.errors - point.by_error_class.get(ErrorClass.INFRASTRUCTURE, 0))
    return (min(known, failed), known) if known else None


def _known(point: FigurePoint) -> int:
    """Return the requests that shares are about: of the declared shape, and not lost to infrastructure."""
    aside = (ErrorClass.VALIDATION, ErrorClass.INFRASTRUCTURE)
    return max(0, point.count - sum(point.by_error_class.get(one, 0) for one in aside))


def _draw_errors(report: FeatureReport, bar: LiveBar | None) -> TimeChart:
    return _draw_shares("Errors", [_count_failed(point) for point in report.points], report=report, bar=bar)


def _draw_shares(
    title: str, counted: Sequence[Counted | None], *, report: FeatureReport, bar: LiveBar | None
) -> TimeChart:
    reaches = [None if one is None else wilson(one[0], one[1]) for one in counted]
    series = Series(
        name=title,
        values=tuple(None if reach is None else reach.estimate for reach in reaches),
        low=tuple(None if reach is None else reach.low for reach in reaches),
        high=tuple(None if reach is None else reach.high for reach in reaches),
    )
    return _draw(title, [series], report=report, show=_show_share, line=_line(bar, 1.0, _show_share), is_share=True)


def _draw_latency(report: FeatureReport, bar: LiveBar | None) -> TimeChart:
    points = report.points
    series = [
        Series(
            name="p95",
            values=tuple(point.p95_ms for point in points),
            low=tuple(point.p95_low_ms for point in points),
            high=tuple(point.p95_high_ms for point in points),
        ),
        Series(name="p50", values=tuple(point.p50_ms for point in points)),
        Series(name="p99", values=tuple(point.p99_ms for point in points)),
    ]
    line = _line(bar, _MS, _show_duration)
    return _draw("Latency", series, report=report, show=_show_duration, line=line)


def _draw_cost(report: FeatureReport, bar: LiveBar | None) -> TimeChart:
    means = tuple(_mean_cost(point) for point in report.points)
    line = _line(bar, 1.0, format_money)
    series = [Series(name="mean", values=means)]
    note = _say_unpriced(report)
    return _draw("Cost of a request", series, report=report, show=format_money, line=line, note=note)


def _say_unpriced(report: FeatureReport) -> str:
    unpriced = report.total.unpriced if report.total else 0
    return f"price unknown for {format_plural(unpriced, 'request')}" if unpriced else ""


def _mean_cost(point: FigurePoint) -> float | None:
    priced = point.count - point.unpriced
    return point.cost_usd / priced if point.cost_usd is not None and priced > 0 else None


def _draw_requests(report: FeatureReport) -> TimeChart:
    counts = tuple(float(point.count) for point in report.points)
    return _draw("Requests", [Series(name="requests", values=counts)], report=report, show=_show_count)


def _draw(
    title: str,
    series: Sequence[Series],
    *,
    report: FeatureReport,
    show: Callable[[float], str],
    line: TimeLine | None = None,
    is_share: bool = False,
    note: str = "",
) -> TimeChart:
    moments: list[datetime] = [point.at for point in report.points] or [report.since]
    drawn = series if report.points else [Series(name=one.name, values=(None,)) for one in series]
    return draw_over_time(
        title, drawn, moments=moments, until=report.until, show=show, line=line, is_share=is_share, note=note
    )


def _line(bar: LiveBar | None, scale: float, show: Callable[[float], str]) -> TimeLine | None:
    if bar is None:
        return None
    value = bar.target * scale
    return TimeLine(value=value, is_at_least=bar.is_at_least, words=f"{'≥' if bar.is_at_least else '≤'} {show(value)}")


def _show_share(share: float) -> str:
    return f"{share * 100:.3g} %"


def _show_duration(milliseconds: float) -> str:
    return format_duration(milliseconds) if milliseconds else "0"


def _show_count(count: float) -> str:
    """Return the count; nothing for half a request, which the middle of an axis may stand for."""
    return format_count(round(count)) if count == round(count) else ""


_WITHOUT_BAR: dict[str, Callable[[FeatureReport, LiveBar | None], TimeChart]] = {
    "latency_p95": _draw_latency,
    "error_rate": _draw_errors,
    "mean_cost": _draw_cost,
}
