"""The frozen vocabulary that every room shares: what a span, a score, a passage or a verdict is.

Records carry no behaviour beyond reading themselves. They do no I/O and import nothing from other rooms.
Other rooms import names from here, never from an inner file.
"""

from plimsoll.records.allowance import Allowance, Period
from plimsoll.records.case import Case
from plimsoll.records.clock import Clock, SystemClock
from plimsoll.records.ids import is_id, new_id, new_span_id
from plimsoll.records.message import Message, Role, Usage
from plimsoll.records.outcome import ErrorClass, Outcome
from plimsoll.records.passage import Citation, Highlight, Passage, PassagePart
from plimsoll.records.principal import LOCAL_TENANT, Principal
from plimsoll.records.score import Score, ScoreSource
from plimsoll.records.secret import Secret
from plimsoll.records.span import Attribute, Sink, Span, SpanEvent
from plimsoll.records.verdict import Decision, Interval, Verdict

__all__ = [
    "LOCAL_TENANT",
    "Allowance",
    "Attribute",
    "Case",
    "Citation",
    "Clock",
    "Decision",
    "ErrorClass",
    "Highlight",
    "Interval",
    "Message",
    "Outcome",
    "Passage",
    "PassagePart",
    "Period",
    "Principal",
    "Role",
    "Score",
    "ScoreSource",
    "Secret",
    "Sink",
    "Span",
    "SpanEvent",
    "SystemClock",
    "Usage",
    "Verdict",
    "is_id",
    "new_id",
    "new_span_id",
]
