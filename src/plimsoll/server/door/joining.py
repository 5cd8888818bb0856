"""Joins a call to the trace of its caller, where the request names one: a `traceparent` of W3C Trace Context, level 1.

The caller's instrumentation and the gateway then write one trace, in which the call is counted once. A caller who says
that they do not keep their trace is not joined: it would be a trace without a beginning.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

_HEADER = b"traceparent"
# Later versions may go on after the flags; `ff` is no version.
_FORM = re.compile(rb"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_FIRST = b"00"


@contextmanager
def joined_to_caller(headers: Mapping[bytes, bytes]) -> Generator[None]:
    """Let what is called in the block belong to the span that the request names; without a valid one, to none."""
    caller = read_caller_span(headers.get(_HEADER, b""))
    if caller is None:
        yield
        return
    # An empty context: what else is current here is none of the caller's.
    token = attach(set_span_in_context(NonRecordingSpan(caller), Context()))
    try:
        yield
    finally:
        detach(token)


def read_caller_span(header: bytes) -> SpanContext | None:
    """Return the span that a `traceparent` names, where it is valid and its caller keeps its trace; else None."""
    found = _FORM.fullmatch(header.strip()) if header else None
    if found is None or (found[1] == _FIRST and found[5]):
        return None
    flags = TraceFlags(int(found[4], 16))
    span = SpanContext(int(found[2], 16), int(found[3], 16), is_remote=True, trace_flags=flags)
    return span if span.is_valid and flags.sampled else None
