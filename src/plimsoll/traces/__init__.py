"""What happened: every request as a trace of spans, with the scores that were given to it.

`Capture` takes spans from OpenTelemetry's API (rooms are handed `capture.tracer`) and writes them in the background;
`Traces` reads, scores, prunes and erases them. `SpanExporter` sends them to other systems.
"""

from plimsoll.traces.capture import Capture
from plimsoll.traces.compare import (
    MOST_SAMPLED,
    Comparison,
    Concentration,
    Finding,
    parse_side,
    say_change,
    say_concentration,
    say_more,
    say_reach,
    say_reliability,
)
from plimsoll.traces.export import ExportAsked, Exported
from plimsoll.traces.figures import FigureFilter, FigurePoint, Figures, FigureSeries, QualityPoint
from plimsoll.traces.filters import FILTERS, FilterField, of_users_at_first, read_filter
from plimsoll.traces.otlp import (
    EXPORT_BYTES,
    Form,
    Received,
    ReceivedLogs,
    Reply,
    Signal,
    find_form,
    leave_out,
    leave_out_logs,
    read_export,
    read_log_export,
    too_large,
    write_answer,
    write_status,
)
from plimsoll.traces.otlp_export import ExportHealth, SpanExporter
from plimsoll.traces.prompt_uses import PromptUse
from plimsoll.traces.query import MOST_WITHHELD, SEARCH_SECONDS, Traces
from plimsoll.traces.records import (
    MOST_SESSIONS,
    MOST_TRACES,
    AlikeScores,
    CaptureHealth,
    ScoreBound,
    Session,
    Trace,
    TraceFilter,
    TraceOrder,
    TracePage,
    TraceSummary,
    TrafficKind,
)
from plimsoll.traces.retention import Keep, Pruned, Sampling
from plimsoll.traces.retrievals import RetrievedSources
from plimsoll.traces.rows import CONTENT_LIMIT, TRUNCATED, Redact, drop_content, keep_content
from plimsoll.traces.steps import StepLine
from plimsoll.traces.users import User, UserAsked, UserOrder, UserPage
from plimsoll.traces.views import SavedView, TraceViews
from plimsoll.traces.withheld import WITHHELD, Withheld, can_find_withheld

__all__ = [
    "CONTENT_LIMIT",
    "EXPORT_BYTES",
    "FILTERS",
    "MOST_SAMPLED",
    "MOST_SESSIONS",
    "MOST_TRACES",
    "MOST_WITHHELD",
    "SEARCH_SECONDS",
    "TRUNCATED",
    "WITHHELD",
    "AlikeScores",
    "Capture",
    "CaptureHealth",
    "Comparison",
    "Concentration",
    "ExportAsked",
    "ExportHealth",
    "Exported",
    "FigureFilter",
    "FigurePoint",
    "FigureSeries",
    "Figures",
    "FilterField",
    "Finding",
    "Form",
    "Keep",
    "PromptUse",
    "Pruned",
    "QualityPoint",
    "Received",
    "ReceivedLogs",
    "Redact",
    "Reply",
    "RetrievedSources",
    "Sampling",
    "SavedView",
    "ScoreBound",
    "Session",
    "Signal",
    "SpanExporter",
    "StepLine",
    "Trace",
    "TraceFilter",
    "TraceOrder",
    "TracePage",
    "TraceSummary",
    "TraceViews",
    "Traces",
    "TrafficKind",
    "User",
    "UserAsked",
    "UserOrder",
    "UserPage",
    "Withheld",
    "can_find_withheld",
    "drop_content",
    "find_form",
    "keep_content",
    "leave_out",
    "leave_out_logs",
    "of_users_at_first",
    "parse_side",
    "read_export",
    "read_filter",
    "read_log_export",
    "say_change",
    "say_concentration",
    "say_more",
    "say_reach",
    "say_reliability",
    "too_large",
    "write_answer",
    "write_status",
]
