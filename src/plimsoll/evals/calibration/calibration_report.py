"""A judge's calibration, its drift and where each judge stands, for the terminal.

Called by the command line; it decides nothing.
"""

import math
from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.evals.calibration.drift import JudgeDrift
from plimsoll.evals.calibration.standing import JudgeStanding
from plimsoll.records import Interval

_MOST_NAMED = 10


def render_calibration(found: Calibration) -> Group:
    """Return how judge and people agree, where they differ, and what that means for the judge's rates."""
    table = Table(
        "figure",
        "estimate",
        "95 % interval",
        "labels",
        title=Text(f"{found.judge} ({found.model}) on {found.dataset} ({found.dataset_version[:8]})"),
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for name, interval in (
        ("agreement beyond chance (Cohen's kappa)", found.agreement),
        ("of what people passed, it passes (sensitivity)", found.sensitivity),
        ("of what people failed, it fails (specificity)", found.specificity),
    ):
        table.add_row(name, *_cells(interval))
    return Group(table, *map(Text, _sentences(found)))


def render_drift(found: JudgeDrift) -> Group:
    """Return the judge then and now on the same labelled answers, and the verdict."""
    table = Table(
        "figure",
        "estimate",
        "95 % interval",
        "anchors",
        title=Text(f"{found.judge} against its rulings of {found.since:%Y-%m-%d}, on the same labelled answers"),
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    right = found.right.delta if found.right else None
    for name, interval in (
        ("kappa then", found.kappa_before),
        ("kappa now", found.kappa_now),
        ("kappa, change", found.kappa_delta),
        ("says what people said, change", right),
    ):
        table.add_row(name, *_cells(interval))
    return Group(table, *map(Text, _drift_sentences(found)))


def render_judges(found: Sequence[JudgeStanding], *, most: int = 5) -> Group | Text:
    """Return each judge with its state, and its newest calibrations below it."""
    if not found:
        return Text("No line names a judge. Draw one: pass_rate(Judge(...), at_least=...).")
    parts: list[Table | Text] = []
    for one in found:
        parts.append(Text(f"{one.judge} ({one.model}), in {', '.join(one.features)}: {one.state}"))
        if one.history:
            parts.append(_history(one, most))
        if one.current is None:
            parts.append(Text(f"  `plimsoll evals calibrate {one.judge} DATASET` holds it against people."))
    return Group(*parts)


def _history(one: JudgeStanding, most: int) -> Table:
    table = Table("  calibrated (UTC)", "dataset", "labels", "kappa", "sensitivity", "specificity", "", box=None)
    for kept in one.history[:most]:
        table.add_row(
            f"  {kept.at:%Y-%m-%d %H:%M}",
            Text(kept.dataset),
            str(len(kept.rulings)),
            *(_short(interval) for interval in (kept.agreement, kept.sensitivity, kept.specificity)),
            "" if kept.version == one.version else "another rubric, model or scale",
        )
    if len(one.history) > most:
        table.caption = f"and {len(one.history) - most} more; --json has them all"
    return table


def _short(interval: Interval | None) -> str:
    return f"{interval.estimate:.2f} [{interval.low:.2f}, {interval.high:.2f}]" if interval else "-"


def _drift_sentences(found: JudgeDrift) -> list[str]:
    said: list[str] = []
    if not found.is_same_version:
        said.append("Its rubric, model or scale is another one now: this compares two judges.")
    if found.missing:
        said.append(f"On {found.missing} answers one of the two could not tell.")
    said.append(f"{len(found.flipped)} of {found.anchors} rulings flipped{_named(found.flipped)}.")
    if found.right:
        said.append(f"McNemar's p-value that it agrees with people as before: {found.right.p_value:.3f}.")
    said.append(f"{found.decision.verdict}: {found.decision.reason}")
    return said


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return f": {', '.join(ids[:_MOST_NAMED])}{more}" if ids else ""


def _cells(interval: Interval | None) -> tuple[str, str, str]:
    if interval is None:
        return "-", "-", "0"
    if not math.isfinite(interval.low):
        return f"{interval.estimate:.3f}", "these cases cannot show it", str(interval.n)
    return f"{interval.estimate:.3f}", f"{interval.low:.3f} … {interval.high:.3f}", str(interval.n)


def _sentences(found: Calibration) -> list[str]:
    said: list[str] = []
    if found.missing:
        said.append(f"It could not tell on {found.missing} labelled answers.")
    if not found.tells_apart:
        said.append("These labels do not show that it tells good from bad: its pass rates say nothing yet.")
    if found.disagreements:
        named = ", ".join(one.case_id for one in found.disagreements[:_MOST_NAMED])
        more = len(found.disagreements) - _MOST_NAMED
        said.append(f"They differ on {named}{f' and {more} more' if more > 0 else ''}.")
    if found.counts.passes + found.counts.fails:
        said.append("It is kept: wherever this judge's scores are shown, its errors are taken out of its rate.")
    else:
        said.append("It ruled on nothing, so that there is nothing to keep.")
    return said
