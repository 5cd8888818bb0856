"""One finished step of a request, and where such steps go."""

from typing import Protocol

import msgspec

Attribute = str | bool | int | float | list[str]
"""What a span attribute may hold."""


class SpanEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at one moment within a span, e.g. a retry or a fall-back."""

    name: str
    """What happened."""
    at_ns: int
    """When, in nanoseconds since 1970."""
    attributes: dict[str, Attribute] = {}
    """What is known about it."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One finished step of a trace.

    Attributes are named as OpenTelemetry's GenAI conventions name them; our own begin with `plimsoll.`.
    """

    trace_id: str
    """The trace it belongs to: 32 hexadecimal digits."""
    span_id: str
    """Its own id: 16 hexadecimal digits."""
    parent_id: str | None = None
    """The step that contains it; None for the root, which stands for the whole request."""
    name: str
    """What was done, e.g. `retrieve handbook`."""
    start_ns: int
    """When it began, in nanoseconds since 1970."""
    end_ns: int
    """When it ended, in nanoseconds since 1970."""
    error: str | None = None
    """What went wrong, in one sentence; None when nothing did."""
    attributes: dict[str, Attribute] = {}
    """What is known about it."""
    events: tuple[SpanEvent, ...] = ()
    """What happened within it, in order."""

    @property
    def duration_ms(self) -> float:
        """Return how long it took, in milliseconds."""
        return (self.end_ns - self.start_ns) / 1e6


class Sink(Protocol):
    """Where finished spans go."""

    def put(self, span: Span) -> bool:
        """Take the span without waiting; return False when there was no room and it was dropped (and counted)."""
        ...
