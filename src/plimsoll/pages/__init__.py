"""What all pages share: the style, the mark, how figures are written and drawn, and pages that stand alone.

Called by `evals` for its reports and by the server for the console. It knows no feature, no run and no request.
"""

from plimsoll.pages.chart import ChartPoint, IntervalChart, Scale, draw_interval, scale_for
from plimsoll.pages.differences import DiffPart, diff_words
from plimsoll.pages.environment import make_environment, read_style_file, render_alone
from plimsoll.pages.formats import (
    cut_text,
    format_bytes,
    format_count,
    format_duration,
    format_moment,
    format_money,
    format_ordinal,
    format_plural,
    format_share,
    format_text,
    format_ticks,
)
from plimsoll.pages.main_text import main_text
from plimsoll.pages.time_chart import Series, TimeChart, TimeLine, draw_over_time

__all__ = [
    "ChartPoint",
    "DiffPart",
    "IntervalChart",
    "Scale",
    "Series",
    "TimeChart",
    "TimeLine",
    "cut_text",
    "diff_words",
    "draw_interval",
    "draw_over_time",
    "format_bytes",
    "format_count",
    "format_duration",
    "format_moment",
    "format_money",
    "format_ordinal",
    "format_plural",
    "format_share",
    "format_text",
    "format_ticks",
    "main_text",
    "make_environment",
    "read_style_file",
    "render_alone",
    "scale_for",
]
