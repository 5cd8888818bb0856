"""Read export requests in JSON: ids in hexadecimal, 64-bit integers as texts or numbers, unknown fields ignored."""

import re
from typing import Annotated, TypeVar

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.records import Attribute, SpanEvent
from plimsoll.traces.otlp.sent import SentGroup, SentLog, SentLogs, SentSpan
from plimsoll.traces.otlp.values import DEEPEST, TOO_DEEP, flatten

_LONGEST_NUMBER = 20
# protobuf's JSON writes 64-bit integers as texts and takes numbers too, also as 5.0 and 1.76e18; a short bound keeps
# int() from working hard.
_Digits = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]+$", max_length=_LONGEST_NUMBER)]
_Whole = int | Annotated[float, msgspec.Meta(multiple_of=1)] | _Digits | None
_Real = float | Annotated[str, msgspec.Meta(max_length=_LONGEST_NUMBER * 2)] | None
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_FAILED = {2, "2", "STATUS_CODE_ERROR"}


class _Message(msgspec.Struct, rename="camel"):
    """A message of the protocol: null stands for a field that was not sent."""


class _Value(_Message):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: _Whole = None
    double_value: _Real = None
    bytes_value: str | None = None
    array_value: "_Array | None" = None
    kvlist_value: "_Map | None" = None


class _Pair(_Message):
    key: str = ""
    value: _Value | None = None


class _Array(_Message):
    values: list[_Value] | None = None


class _Map(_Message):
    values: list[_Pair] | None = None


class _Resource(_Message):
    attributes: list[_Pair] | None = None


class _Scope(_Message):
    name: str | None = None


class _Status(_Message):
    code: int | str | None = None
    message: str | None = None


class _Event(_Message):
    time_unix_nano: _Whole = None
    name: str | None = None
    attributes: list[_Pair] | None = None


class _Link(_Message):
    trace_id: str | None = None
    span_id: str | None = None


class _Span(_Message):
    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    trace_state: str | None = None
    name: str | None = None
    kind: int | str | None = None
    start_time_unix_nano: _Whole = None
    end_time_unix_nano: _Whole = None
    status: _Status | None = None
    attributes: list[_Pair] | None = None
    events: list[_Event] | None = None
    links: list[_Link] | None = None


class _ScopeSpans(_Message):
    scope: _Scope | None = None
    spans: list[_Span] | None = None


class _ResourceSpans(_Message):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] | None = None


class _TraceRequest(_Message):
    resource_spans: list[_ResourceSpans] | None = None


class _Record(_Message):
    time_unix_nano: _Whole = None
    observed_time_unix_nano: _Whole = None
    event_name: str | None = None
    body: _Value | None = None
    attributes: list[_Pair] | None = None
    trace_id: str | None = None
    span_id: str | None = None


class _ScopeLogs(_Message):
    scope: _Scope | None = None
    log_records: list[_Record] | None = None


class _ResourceLogs(_Message):
    resource: _Resource | None = None
    scope_logs: list[_ScopeLogs] | None = None


class _LogRequest(_Message):
    resource_logs: list[_ResourceLogs] | None = None


_trace_requests = msgspec.json.Decoder(_TraceRequest)
_log_requests = msgspec.json.Decoder(_LogRequest)
_Request = TypeVar("_Request", _TraceRequest, _LogRequest)


def read_spans(body: bytes) -> list[SentGroup]:
    """Return the spans of a request. Raises InvalidRequest for what is none."""
    return [
        SentGroup(resource=resource, scope=_scope_of(group.scope), spans=[_read_span(one) for one in group.spans or ()])
        for sender in _decode(_trace_requests, body).resource_spans or ()
        for resource in (_read_resource(sender.resource),)
        for group in sender.scope_spans or ()
    ]


def read_logs(body: bytes) -> list[SentLogs]:
    """Return the log records of a request. Raises InvalidRequest for what is none."""
    return [
        SentLogs(
            resource=resource, scope=_scope_of(group.scope), logs=[_read_log(one) for one in group.log_records or ()]
        )
        for sender in _decode(_log_requests, body).resource_logs or ()
        for resource in (_read_resource(sender.resource),)
        for group in sender.scope_logs or ()
    ]


def _decode(decoder: "msgspec.json.Decoder[_Request]", body: bytes) -> _Request:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(
            f"The body is not an export request in OTLP's JSON: {error}.",
            next_step="Send what OTLP defines, or protobuf as application/x-protobuf.",
        ) from error


def _read_span(span: _Span) -> SentSpan:
    status = span.status or _Status()
    return SentSpan(
        trace_id=_id(span.trace_id),
        span_id=_id(span.span_id),
        parent_id=_id(span.parent_span_id),
        name=span.name or "",
        start_ns=int(span.start_time_unix_nano or 0),
        end_ns=int(span.end_time_unix_nano or 0),
        has_failed=status.code in _FAILED,
        status=status.message or "",
        attributes=_read_attributes(span.attributes),
        events=[_read_event(event) for event in span.events or ()],
        links=[f"{_id(link.trace_id)}-{_id(link.span_id)}" for link in span.links or ()],
        trace_state=span.trace_state or "",
    )


def _read_event(event: _Event) -> SpanEvent:
    attributes = _read_attributes(event.attributes)
    return SpanEvent(name=event.name or "", at_ns=int(event.time_unix_nano or 0), attributes=attributes)


def _read_log(record: _Record) -> SentLog:
    return SentLog(
        trace_id=_id(record.trace_id),
        span_id=_id(record.span_id),
        name=record.event_name or "",
        at_ns=int(record.time_unix_nano or 0) or int(record.observed_time_unix_nano or 0),
        body=None if record.body is None else flatten(_read_value(record.body, 0)),
        attributes=_read_attributes(record.attributes),
    )


def _id(text: str | None) -> str:
    """Return an id in lower case; of what is not hexadecimal something that is too short to be one."""
    if not text:
        return ""
    return text.lower() if _HEX.fullmatch(text) else "x"


def _scope_of(scope: _Scope | None) -> str:
    return (scope.name or "") if scope is not None else ""


def _read_resource(resource: _Resource | None) -> dict[str, Attribute]:
    return _read_attributes(resource.attributes if resource is not None else None)


def _read_attributes(pairs: list[_Pair] | None) -> dict[str, Attribute]:
    return {pair.key: flatten(_read_value(pair.value, 0)) for pair in pairs or ()}


def _read_value(value: _Value | None, depth: int) -> object:
    if value is None:
        return None
    if depth > DEEPEST:
        return TOO_DEEP
    if value.array_value is not None:
        return [_read_value(item, depth + 1) for item in value.array_value.values or ()]
    if value.kvlist_value is not None:
        return {pair.key: _read_value(pair.value, depth + 1) for pair in value.kvlist_value.values or ()}
    return _read_plain(value)


def _read_plain(value: _Value) -> object:
    if value.int_value is not None:
        return int(value.int_value)
    if value.double_value is not None:
        return _real(value.double_value)
    plain = (value.string_value, value.bool_value, value.bytes_value)
    return next((one for one in plain if one is not None), None)


def _real(value: float | str) -> float | str:
    """Return the number; `NaN` and `Infinity` are written as texts, and a text that is no number stays what it was."""
    try:
        return float(value)
    except ValueError:
        return value
