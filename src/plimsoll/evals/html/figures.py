"""The figures of a run and of a comparison with their charts. Pure; read by the templates."""

from collections.abc import Sequence

import msgspec

from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.gate import GateReport
from plimsoll.evals.rows import Row, bar_row, scorer_rows
from plimsoll.evals.run_comparison import ComparedFigure, RunComparison
from plimsoll.evals.slices import SliceDifference
from plimsoll.pages import IntervalChart, Scale, draw_interval, scale_for
from plimsoll.records import Interval

_CONFIDENCE = 0.95


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a run."""

    row: Row
    """What stands in the table."""
    chart: IntervalChart | None
    """Its interval, with the line; None without data."""
    reason: str
    """Why the bar is said to hold or not; empty for what no bar is about."""


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a comparison."""

    name: str
    """The scorer's or the bar's short name."""
    figure: ComparedFigure
    """The figure."""
    chart: IntervalChart | None
    """The difference with the margin drawn; None without pairs."""


class SliceView(msgspec.Struct, frozen=True, kw_only=True):
    """The difference on one tag."""

    name: str
    """The short name of the figure."""
    slice: SliceDifference
    """The difference."""
    is_beyond_chance: bool
    """Whether it is more than chance, all slices considered."""


def confidence_of(report: GateReport | None) -> float:
    """Return the coverage of the intervals: what the line asks for, 0.95 without one."""
    return report.decisions[0].evidence.confidence if report else _CONFIDENCE


def view_figures(run: EvalRun, report: GateReport | None) -> tuple[FigureView, ...]:
    """Return each bar, then each scorer that no bar names; shares of which more is better stand on one axis."""
    judged = report.decisions if report else ()
    barred = {one.bar.scorer.name for one in judged if one.bar.scorer}
    rows = [*map(bar_row, judged), *scorer_rows(barred, observe(run), confidence_of(report))]
    reasons = [*(one.decision.reason for one in judged), *("" for _ in rows[len(judged) :])]
    shares = scale_for([end for row in rows if _is_good_share(row) for end in _ends(row)], is_share=True)
    return tuple(
        FigureView(row=row, chart=_draw(row, shares), reason=reason) for row, reason in zip(rows, reasons, strict=True)
    )


def view_differences(found: RunComparison) -> tuple[DifferenceView, ...]:
    """Return each figure's difference, all on one axis about zero."""
    deltas = [one.difference.paired.delta for one in found.figures if one.difference.paired]
    return tuple(
        DifferenceView(
            name=_short(one.difference.name),
            figure=one,
            chart=_draw_difference(one, found.margin, scale=_about_zero(deltas, found.margin)),
        )
        for one in found.figures
    )


def view_slices(found: RunComparison, most: int = 20) -> tuple[SliceView, ...]:
    """Return the differences by tag on which anything changed, the least like chance first."""
    changed = [one for one in found.slices if one.paired.discordant]
    return tuple(
        SliceView(name=_short(one.name), slice=one, is_beyond_chance=one.is_beyond_chance(found.confidence))
        for one in changed[:most]
    )


def _short(name: str) -> str:
    return name.removeprefix("pass_rate(").removesuffix(")")


def _is_good_share(row: Row) -> bool:
    return row.bar is None or (row.bar.is_share and row.bar.is_at_least)


def _ends(row: Row) -> list[float]:
    target = [row.bar.target] if row.bar else []
    return [*target, *([row.reach.low, row.reach.high, row.reach.estimate] if row.reach else [])]


def _draw(row: Row, shares: Scale) -> IntervalChart | None:
    if row.reach is None:
        return None
    scale = shares if _is_good_share(row) else scale_for(_ends(row), is_share=False)
    line, is_at_least = (row.bar.target, row.bar.is_at_least) if row.bar else (None, True)
    reach = row.reach
    return draw_interval(reach, scale=scale, line=line, is_at_least=is_at_least)


def _about_zero(deltas: Sequence[Interval], margin: float | None) -> Scale:
    far = max([abs(end) for one in deltas for end in (one.low, one.high)] + [2 * (margin or 0.0), 0.01])
    return Scale(low=-far, high=far)


def _draw_difference(one: ComparedFigure, margin: float | None, *, scale: Scale) -> IntervalChart | None:
    if one.difference.paired is None:
        return None
    line = -margin if one.decision and margin is not None else None
    return draw_interval(one.difference.paired.delta, scale=scale, line=line)
