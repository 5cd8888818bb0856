# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Export requests as senders make them, in both encodings; answers are read by the official classes."""

import gzip
import io
import json
from typing import Any, NamedTuple

import aiohttp
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from contract.server.serving import Reply, Served

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
TRACE = "0af7651916cd43dd8448eb211c80319c"
START = 1_760_000_000_000_000_000


class Answer(NamedTuple):
    """A response with its bytes."""

    reply: Reply
    body: bytes


def span_of(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a good span in the protocol's JSON, with these fields in place of its own."""
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 3}
    return {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": "chat m",
        "kind": 3,
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + 1_000_000),
        "attributes": [pair_of(name, value) for name, value in attributes.items()],
        **changed,
    }


def pair_of(name: str, value: object) -> dict[str, Any]:
    """Return an attribute in the protocol's JSON."""
    if isinstance(value, bool):
        return {"key": name, "value": {"boolValue": value}}
    if isinstance(value, int):
        return {"key": name, "value": {"intValue": str(value)}}
    if isinstance(value, float):
        return {"key": name, "value": {"doubleValue": value}}
    if isinstance(value, list):
        return {"key": name, "value": {"arrayValue": {"values": [pair_of("", one)["value"] for one in value]}}}
    return {"key": name, "value": {"stringValue": str(value)}}


def request_of(*spans: dict[str, Any], service: str = "shop") -> dict[str, Any]:
    """Return a request with these spans in the protocol's JSON."""
    resource = {"attributes": [pair_of("service.name", service)]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "test"}, "spans": [*spans]}]}]}


def as_json(request: dict[str, Any]) -> bytes:
    """Return the request as JSON."""
    return json.dumps(request).encode()


def as_protobuf(request: dict[str, Any]) -> bytes:
    """Return the request in protobuf."""
    message = ExportTraceServiceRequest()
    for sender in request["resourceSpans"]:
        group = message.resource_spans.add()
        _add_pairs(group.resource.attributes, sender["resource"]["attributes"])
        for scope in sender["scopeSpans"]:
            spans = group.scope_spans.add(scope=scope["scope"]).spans
            for span in scope["spans"]:
                _add_span(spans.add(), span)
    return message.SerializeToString()


def bomb(size: int) -> bytes:
    """Return gzip that unpacks to so many zeros."""
    return gzip.compress(bytes(size), 9)


async def send(server: Served, body: bytes, *, path: str = "/v1/traces", **headers: str) -> Answer:
    """Post a body as it is, with these headers and no others; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{server.url}{path}", data=io.BytesIO(body), headers=named, skip_auto_headers=["content-type"]
        ) as response,
    ):
        content = await response.read()
        return Answer(Reply(response.status, "", response.headers, path), content)


def read_refusal(reply: Reply, body: bytes) -> tuple[int, str]:
    """Return how many spans were not kept and why, whatever the encoding of the answer."""
    if reply.headers["content-type"] == JSON:
        partial = json.loads(body).get("partialSuccess", {})
        return int(partial.get("rejectedSpans", 0)), partial.get("errorMessage", "")
    answer = ExportTraceServiceResponse.FromString(body)
    return answer.partial_success.rejected_spans, answer.partial_success.error_message


def read_status(reply: Reply, body: bytes) -> tuple[int, str]:
    """Return code and message of a failure, whatever its encoding."""
    if reply.headers["content-type"] == JSON:
        status = json.loads(body)
        return status["code"], status["message"]
    status = Status.FromString(body)
    return status.code, status.message


def _add_span(message: Any, span: dict[str, Any]) -> None:
    message.trace_id, message.span_id = bytes.fromhex(span["traceId"]), bytes.fromhex(span["spanId"])
    message.parent_span_id = bytes.fromhex(span.get("parentSpanId", ""))
    message.name, message.kind = span["name"], span["kind"]
    message.start_time_unix_nano = int(span["startTimeUnixNano"])
    message.end_time_unix_nano = int(span["endTimeUnixNano"])
    _add_pairs(message.attributes, span["attributes"])
    if "status" in span:
        message.status.code, message.status.message = span["status"]["code"], span["status"].get("message", "")
    for event in span.get("events", ()):
        added = message.events.add(name=event["name"], time_unix_nano=int(event["timeUnixNano"]))
        _add_pairs(added.attributes, event["attributes"])


def _add_pairs(field: Any, pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        _set_value(field.add(key=pair["key"]).value, pair["value"])


def _set_value(message: Any, value: dict[str, Any]) -> None:
    ((kind, content),) = value.items()
    if kind == "arrayValue":
        message.array_value.SetInParent()
        for item in content["values"]:
            _set_value(message.array_value.values.add(), item)
    else:
        name = {"stringValue": "string_value", "intValue": "int_value", "boolValue": "bool_value"}.get(kind)
        setattr(message, name or "double_value", int(content) if kind == "intValue" else content)
