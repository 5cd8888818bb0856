"""A run's classes, numbers and areas as tables for the terminal. Called by the command line; it decides nothing."""

import math

from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.figures import LabelFigures, RunFigures
from plimsoll.records import Interval

_MOST_CLASSES = 20


def render_figures(found: RunFigures) -> Group:
    """Return the figures as tables: one row each, and each class below its scorer, the worst first, 20 at most."""
    table = Table("over all cases", "estimate", "95 % interval", "cases", "missing", box=None, pad_edge=False)
    for one in found.labels:
        _add(table, f"{one.scorer}: accuracy", one.figures.accuracy, missing=one.missing)
        _add(table, f"{one.scorer}: macro F1", one.figures.macro_f1, missing=one.missing)
    for number in found.numbers:
        _add(table, f"{number.scorer}: mean absolute error", number.mean_absolute_error, missing=number.missing)
        _add(table, f"{number.scorer}: root mean square error", number.root_mean_square_error, missing=number.missing)
    for area in found.areas:
        _add(table, f"{area.scorer}: area under the ROC curve", area.area, missing=area.missing)
    parts = [table] if table.row_count else []
    return Group(*parts, *map(_classes, found.labels))


def _add(table: Table, name: str, interval: Interval, *, missing: int) -> None:
    ends = f"{interval.low:.3f} … {interval.high:.3f}" if math.isfinite(interval.low) else "too few cases"
    table.add_row(Text(name), f"{interval.estimate:.3f}", ends, str(interval.n), str(missing or "-"))


def _classes(found: LabelFigures) -> Table:
    table = Table(f"class ({found.scorer})", "precision", "recall", "F1", "cases", box=None, pad_edge=False)
    ranked = sorted(found.figures.classes, key=lambda one: one.f1)
    for one in ranked[:_MOST_CLASSES]:
        shares = ("-" if share is None else f"{share:.3f}" for share in (one.precision, one.recall))
        table.add_row(Text(str(one.label)), *shares, f"{one.f1:.3f}", str(one.cases))
    if len(ranked) > _MOST_CLASSES:
        table.caption = f"and {len(ranked) - _MOST_CLASSES} classes with a better F1"
    return table
