# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Read export requests in protobuf. With `protobuf_messages` the only file that touches its messages.

With twenty attributes a span, they are most of what reading costs. Most are the same in every span, so they are left as
the bytes they came in and looked up by these; the spans then share names and values, which nobody may change. An access
of a field costs about 80 ns, so each is read once, and the common kinds of values are asked for first.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from plimsoll.errors import InvalidRequest
from plimsoll.records import Attribute, SpanEvent
from plimsoll.traces.otlp.protobuf_messages import LogRequest, TraceRequest
from plimsoll.traces.otlp.sent import SentGroup, SentLog, SentLogs, SentSpan
from plimsoll.traces.otlp.values import DEEPEST, TOO_DEEP, flatten, write_bytes

_FAILED = 2
_SHORT, _REMEMBERED = 64, 8_192


def read_spans(body: bytes) -> list[SentGroup]:
    """Return the spans of a request. Raises InvalidRequest for what is none."""
    try:
        return [
            SentGroup(resource=resource, scope=group.scope.name, spans=[_read_span(span) for span in group.spans])
            for sender in TraceRequest.FromString(body).resource_spans
            for resource in (_read_attributes(sender.resource.attributes),)
            for group in sender.scope_spans
        ]
    except DecodeError as error:
        raise _malformed("ExportTraceServiceRequest") from error


def read_logs(body: bytes) -> list[SentLogs]:
    """Return the log records of a request. Raises InvalidRequest for what is none."""
    try:
        return [
            SentLogs(resource=resource, scope=group.scope.name, logs=[_read_log(one) for one in group.log_records])
            for sender in LogRequest.FromString(body).resource_logs
            for resource in (_read_attributes(sender.resource.attributes),)
            for group in sender.scope_logs
        ]
    except DecodeError as error:
        raise _malformed("ExportLogsServiceRequest") from error


def _read_span(span: SpanMessage) -> SentSpan:
    has_failed, said = False, ""
    if span.HasField("status"):
        has_failed, said = span.status.code == _FAILED, span.status.message
    return SentSpan(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        has_failed=has_failed,
        status=said,
        attributes=_read_attributes(span.attributes),
        events=[_read_event(event) for event in span.events],
        links=[f"{link.trace_id.hex()}-{link.span_id.hex()}" for link in span.links],
        trace_state=span.trace_state,
    )


def _read_event(event: SpanMessage.Event) -> SpanEvent:
    return SpanEvent(name=event.name, at_ns=event.time_unix_nano, attributes=_read_attributes(event.attributes))


def _read_log(record: LogRecord) -> SentLog:
    return SentLog(
        trace_id=record.trace_id.hex(),
        span_id=record.span_id.hex(),
        name=record.event_name,
        at_ns=record.time_unix_nano or record.observed_time_unix_nano,
        body=flatten(_read_value(record.body, 0)) if record.HasField("body") else None,
        attributes=_read_attributes(record.attributes),
    )


# Bytes each, whatever the types of the messages say.
def _read_attributes(pairs: Iterable[Any]) -> dict[str, Attribute]:
    return dict([_read_short(pair) if len(pair) < _SHORT else _read_pair(pair) for pair in pairs])


def _read_pair(packed: bytes) -> tuple[str, Attribute]:
    pair = KeyValue.FromString(packed)
    value = pair.value
    # An unset field reads as its empty value, so a text or a number that is there is told by one access.
    return pair.key, value.string_value or value.int_value or _read_rarer(value)


_read_short = lru_cache(maxsize=_REMEMBERED)(_read_pair)


def _read_rarer(value: AnyValue) -> Attribute:
    kind = value.WhichOneof("value")
    if kind in {"double_value", "bool_value", "string_value", "int_value"}:
        return getattr(value, kind)
    return flatten(_read_value(value, 0))


def _read_value(value: AnyValue, depth: int) -> object:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if depth > DEEPEST:
        return TOO_DEEP
    if kind == "array_value":
        return [_read_value(item, depth + 1) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _read_map(value.kvlist_value.values, depth + 1)
    if kind == "bytes_value":
        return write_bytes(value.bytes_value)
    return getattr(value, kind)


def _read_map(pairs: Sequence[KeyValue], depth: int) -> dict[str, object]:
    return {pair.key: _read_value(pair.value, depth) for pair in pairs}


def _malformed(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"The body is not an {name} in protobuf.", next_step="Send what OTLP defines, or JSON as application/json."
    )
