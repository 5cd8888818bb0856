"""What was sent, freed of its encoding: both readers make these, everything after them reads these. Records only."""

import msgspec

from plimsoll.records import Attribute, SpanEvent


class SentSpan(msgspec.Struct):
    """A span as it came. Its ids are not checked yet."""

    trace_id: str
    """Hexadecimal, of any length."""
    span_id: str
    """The same."""
    parent_id: str
    """The same; empty for a root."""
    name: str
    """What was done."""
    start_ns: int
    """When it began, in nanoseconds since 1970; 0 where nobody said."""
    end_ns: int
    """When it ended."""
    has_failed: bool
    """Whether its status is an error."""
    status: str
    """What its status says."""
    attributes: dict[str, Attribute]
    """What is known about it, in its sender's words."""
    events: list[SpanEvent]
    """What happened within it."""
    links: list[str]
    """Other spans that it names, as `trace-span`."""
    trace_state: str = ""
    """W3C `tracestate` as it came."""


class SentGroup(msgspec.Struct):
    """Spans of one instrumentation scope of one resource."""

    resource: dict[str, Attribute]
    """What sent them."""
    scope: str
    """Name of the instrumentation."""
    spans: list[SentSpan]
    """The spans."""


class SentLog(msgspec.Struct):
    """A log record as it came. Its ids are not checked yet."""

    trace_id: str
    """Hexadecimal, of any length; empty where it belongs to no trace."""
    span_id: str
    """The same, for its span."""
    name: str
    """Name of the event; empty for a record that is none."""
    at_ns: int
    """When it happened or was seen, in nanoseconds since 1970; 0 where nobody said."""
    body: Attribute | None
    """What it says; JSON text where it is more than one value."""
    attributes: dict[str, Attribute]
    """What is known about it."""


class SentLogs(msgspec.Struct):
    """Log records of one instrumentation scope of one resource."""

    resource: dict[str, Attribute]
    """What sent them."""
    scope: str
    """Name of the instrumentation."""
    logs: list[SentLog]
    """The records."""
