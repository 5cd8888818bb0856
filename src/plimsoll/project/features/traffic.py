"""Requests of a while as figures: what is asked of the roll-ups, and what the overview says of it. No trace is read."""

from datetime import datetime

from plimsoll.line import Line
from plimsoll.project.features.live_line import latency_target_ms
from plimsoll.project.features.windows import Window
from plimsoll.project.status import Traffic
from plimsoll.traces import FigureFilter, FigurePoint


def ask_for_requests(
    feature: str | None, window: Window, *, now: datetime, tenant: str | None, line: Line | None = None
) -> FigureFilter:
    """Return what to ask of the figures: the window's requests, those in time by the line, and how sure p95 is."""
    since, until = window.ends(now)
    return FigureFilter(
        since=since,
        until=until,
        step_seconds=window.step.total_seconds(),
        feature=feature,
        tenant=tenant,
        within_ms=latency_target_ms(line),
        ends=True,
    )


def describe_traffic(total: FigurePoint, points: tuple[FigurePoint, ...]) -> Traffic:
    """Return the figures as the overview shows them."""
    outcomes = {"unfinished" if name == "unknown" else name: count for name, count in total.by_outcome.items()}
    return Traffic(
        requests=total.count,
        outcomes=outcomes,
        p95_ms=total.p95_ms,
        cost_usd=total.cost_usd,
        unpriced=total.unpriced,
        trend=tuple(point.count for point in points),
    )
