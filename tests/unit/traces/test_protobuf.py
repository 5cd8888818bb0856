"""Requests in protobuf are read as their senders wrote them, whatever stands in their attributes."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue

from plimsoll.errors import InvalidRequest
from plimsoll.records import Attribute
from plimsoll.traces.otlp.protobuf import read_spans

VALUES: list[tuple[AnyValue, Attribute]] = [
    (AnyValue(string_value="short"), "short"),
    (AnyValue(string_value="long " * 40), "long " * 40),
    (AnyValue(string_value=""), ""),
    (AnyValue(int_value=-3), -3),
    (AnyValue(int_value=0), 0),
    (AnyValue(double_value=0.5), 0.5),
    (AnyValue(bool_value=False), False),
    (AnyValue(bytes_value=b"\x00\xff"), "AP8="),
    (AnyValue(array_value=ArrayValue(values=[AnyValue(string_value="a"), AnyValue(int_value=1)])), ["a", "1"]),
    (AnyValue(), ""),
]


def make_request(pairs: list[KeyValue]) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    sender = request.resource_spans.add()
    span = sender.scope_spans.add().spans.add(name="ask", trace_id=b"t" * 16, span_id=b"s" * 8)
    for attributes in (sender.resource.attributes, span.attributes, span.events.add(name="said").attributes):
        attributes.extend(pairs)
    return request


def test_attributes_of_every_kind_are_read_at_every_place_and_again():
    pairs = [KeyValue(key=f"name {number}", value=value) for number, (value, _) in enumerate(VALUES)]
    expected = {f"name {number}": read for number, (_, read) in enumerate(VALUES)}
    for _ in range(2):
        (group,) = read_spans(make_request(pairs).SerializeToString())
        (span,) = group.spans
        assert [group.resource, span.attributes, span.events[0].attributes] == [expected] * 3


def test_of_two_attributes_of_one_name_the_last_counts():
    pairs = [KeyValue(key="name", value=AnyValue(string_value=text)) for text in ("first", "last")]
    (group,) = read_spans(make_request(pairs).SerializeToString())
    assert group.spans[0].attributes == {"name": "last"}


@pytest.mark.parametrize("broken", [b"\x0a\x7fname", b"\x0a\x01\xff\x12\x02\x18\x01", b"\x12\x05\x0a\x09"])
def test_a_request_with_a_broken_attribute_is_refused(broken: bytes):
    marker = KeyValue(key="k" * (len(broken) - 2)).SerializeToString()
    body = make_request([KeyValue.FromString(marker)]).SerializeToString()
    with pytest.raises(InvalidRequest, match="not an ExportTraceServiceRequest"):
        read_spans(body.replace(marker, broken))
