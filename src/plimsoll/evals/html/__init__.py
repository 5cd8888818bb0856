"""Runs, gates and comparisons as HTML: bodies that the console puts into its pages, and reports that stand alone.

Called by the command line and the console. It reads no store; texts come in, and every one of them is escaped.
"""

from plimsoll.evals.html.bodies import compared_body, report_comparison, report_run, run_body
from plimsoll.evals.html.history import HistoryChart, HistoryPoint, effects_beyond_chance, view_history

__all__ = [
    "HistoryChart",
    "HistoryPoint",
    "compared_body",
    "effects_beyond_chance",
    "report_comparison",
    "report_run",
    "run_body",
    "view_history",
]
