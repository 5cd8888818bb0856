# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Spans as an export request in protobuf, packed by gzip; and what a receiver said of it."""

import gzip
from collections.abc import Sequence

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from plimsoll.records import Attribute, Span

_SERVICE = "plimsoll"
_LARGEST, _SMALLEST = 2**63 - 1, -(2**63)
# Half of what the best level saves, at a fifth of its price.
_LEVEL = 1


def encode_spans(spans: Sequence[Span]) -> bytes:
    """Return the body of an export request."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = _SERVICE
    scope = group.scope_spans.add()
    scope.scope.name = _SERVICE
    for span in spans:
        _fill(scope.spans.add(), span)
    return gzip.compress(request.SerializeToString(), _LEVEL)


def count_rejected(answer: bytes) -> int:
    """Return how many spans a receiver did not keep; 0 for an answer that cannot be read."""
    try:
        return ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans
    except DecodeError:
        return 0


def _fill(message: SpanMessage, span: Span) -> None:
    message.trace_id, message.span_id = bytes.fromhex(span.trace_id), bytes.fromhex(span.span_id)
    message.parent_span_id = bytes.fromhex(span.parent_id or "")
    message.name = _valid(span.name)
    message.kind = _kind_of(span)
    message.start_time_unix_nano, message.end_time_unix_nano = span.start_ns, span.end_ns
    if span.error is not None:
        message.status.code, message.status.message = Status.STATUS_CODE_ERROR, _valid(span.error)
    for name, value in span.attributes.items():
        _fill_value(message.attributes.add(key=_valid(name)), value)
    for event in span.events:
        added = message.events.add(name=_valid(event.name), time_unix_nano=event.at_ns)
        for name, value in event.attributes.items():
            _fill_value(added.attributes.add(key=_valid(name)), value)


def _kind_of(span: Span) -> "SpanMessage.SpanKind.ValueType":
    is_call = span.attributes.get("plimsoll.kind") == "model"
    return SpanMessage.SPAN_KIND_CLIENT if is_call else SpanMessage.SPAN_KIND_INTERNAL


def _fill_value(pair: KeyValue, value: Attribute) -> None:
    if isinstance(value, bool):
        pair.value.bool_value = value
    elif isinstance(value, int):
        pair.value.int_value = max(_SMALLEST, min(value, _LARGEST))
    elif isinstance(value, float):
        pair.value.double_value = value
    elif isinstance(value, str):
        pair.value.string_value = _valid(value)
    else:
        pair.value.array_value.SetInParent()
        for item in value:
            pair.value.array_value.values.add().string_value = _valid(item)


def _valid(text: str) -> str:
    """Return the text without lone surrogates, which protobuf does not take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
