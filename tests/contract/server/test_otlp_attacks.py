"""Payloads that are readable and odd, or meant to break the receiver: each its exact answer, and nothing unsaid."""

import gzip
import zlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from contract.server.exports import (
    JSON,
    PROTOBUF,
    START,
    as_json,
    as_protobuf,
    pair_of,
    read_refusal,
    read_status,
    request_of,
    send,
    span_of,
)
from contract.server.serving import Served, served

pytestmark = pytest.mark.anyio
MIB = 2**20
GOOD = request_of(span_of(1))


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with served(tmp_path_factory.mktemp("attacked")) as server:
        yield server


def nested(levels: int) -> bytes:
    """Return a value as JSON text: Python's own writer does not go as deep as an attacker."""
    return b'{"kvlistValue":{"values":[{"key":"k","value":' * levels + b'{"stringValue":"deep"}' + b"}]}}" * levels


def with_value(value: bytes, **changed: Any) -> bytes:
    """Return a request in JSON whose span has this value in an attribute."""
    return as_json(request_of(span_of(attributes=[{"key": "x", "value": "VALUE"}], **changed))).replace(
        b'"VALUE"', value
    )


def with_name(name: bytes, write: Callable[[dict[str, Any]], bytes]) -> bytes:
    return write(request_of(span_of(name="ZZZZ"))).replace(b"ZZZZ", name)


def of_exactly(size: int) -> bytes:
    """Return a good request in protobuf that is so many bytes long."""
    empty = len(as_protobuf(request_of(span_of(attributes=[pair_of("x", "y" * size)])))) - size
    for padding in range(size - empty, size - empty - 16, -1):
        body = as_protobuf(request_of(span_of(attributes=[pair_of("x", "y" * padding)])))
        if len(body) == size:
            return body
    raise AssertionError(size)


PACKED = {"content_encoding": "gzip"}
BROKEN = [
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD)) + b"x", PACKED, 400, id="garbage after gzip"),
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD)) + bytes(512), PACKED, 400, id="zeros after gzip"),
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD))[:-8] + bytes(8), PACKED, 400, id="a wrong checksum"),
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD))[:-4], PACKED, 400, id="half a checksum"),
    pytest.param(PROTOBUF, zlib.compress(as_protobuf(GOOD)), PACKED, 400, id="zlib said to be gzip"),
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD)), {}, 400, id="gzip that nobody names"),
    pytest.param(PROTOBUF, as_protobuf(GOOD), {"content_encoding": "deflate"}, 415, id="deflate"),
    pytest.param(PROTOBUF, as_protobuf(GOOD), {"content_encoding": "zstd"}, 415, id="zstd"),
    pytest.param("application/protobuf", as_protobuf(GOOD), {}, 415, id="protobuf by another name"),
    pytest.param(PROTOBUF, as_json(GOOD), {}, 400, id="JSON said to be protobuf"),
    pytest.param(JSON, as_protobuf(GOOD), {}, 400, id="protobuf said to be JSON"),
    pytest.param(PROTOBUF, as_protobuf(GOOD) + b"garbage", {}, 400, id="garbage after protobuf"),
    pytest.param(JSON, as_json(GOOD) + b"x", {}, 400, id="garbage after JSON"),
    pytest.param(JSON, as_json(GOOD) * 2, {}, 400, id="two requests in one"),
    pytest.param(JSON, as_json(GOOD).decode().encode("utf-16"), {}, 400, id="UTF-16"),
    pytest.param(JSON, with_name(b"\xff\xfe", as_json), {}, 400, id="JSON that is no UTF-8"),
    pytest.param(PROTOBUF, with_name(b"\xff\xfe\xff\xfe", as_protobuf), {}, 400, id="protobuf that is no UTF-8"),
    pytest.param(JSON, with_name(rb"\ud800", as_json), {}, 400, id="half a surrogate pair"),
    pytest.param(JSON, with_value(b'{"doubleValue": NaN}'), {}, 400, id="a bare NaN"),
    pytest.param(JSON, as_json(GOOD).replace(b'"3"', b"1e999"), {}, 400, id="a number beyond all doubles"),
    pytest.param(JSON, as_json(GOOD).replace(b'"3"', b"2.5"), {}, 400, id="half an integer"),
    pytest.param(JSON, as_json(GOOD).replace(b'"3"', b"9" * 5_000), {}, 400, id="an integer of 5,000 digits"),
    pytest.param(JSON, with_value(nested(1_000)), {}, 400, id="nested 1,000 deep"),
    pytest.param(PROTOBUF, of_exactly(20 * MIB + 1), {}, 413, id="a byte too long"),
    pytest.param(PROTOBUF, gzip.compress(of_exactly(20 * MIB + 1)), PACKED, 413, id="a byte too long, packed"),
]


@pytest.mark.parametrize(("content_type", "body", "headers", "status"), BROKEN)
async def test_what_is_broken_is_refused_as_a_whole_and_told(
    server: Served, *, content_type: str, body: bytes, headers: dict[str, str], status: int
):
    answer = await send(server, body, content_type=content_type, **headers)
    assert answer.reply.status == status
    assert answer.reply.headers["content-type"] == (PROTOBUF if content_type == PROTOBUF else JSON)
    code, message = read_status(answer.reply, answer.body)
    assert (code, bool(message)) == (3, True)
    assert (await send(server, as_protobuf(GOOD), content_type=PROTOBUF)).reply.status == 200


def many_members() -> bytes:
    return b"".join(gzip.compress(as_protobuf(request_of(span_of(number)))) for number in range(1, 257))


READ = [
    pytest.param(PROTOBUF, many_members(), PACKED, id="256 gzip members"),
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD)), {"content_encoding": "GZIP"}, id="GZIP"),
    pytest.param(PROTOBUF, gzip.compress(as_protobuf(GOOD)), {"content_encoding": "x-gzip"}, id="x-gzip"),
    pytest.param("Application/X-Protobuf", as_protobuf(GOOD), {}, id="a type in capitals"),
    pytest.param(PROTOBUF, as_protobuf(GOOD) * 2, {}, id="protobuf joined to itself"),
    pytest.param(PROTOBUF, as_protobuf(GOOD) + b"\xa2\x06\x03abc", {}, id="an unknown field"),
    pytest.param(PROTOBUF, with_name(b"a\0bc", as_protobuf), {}, id="NUL"),
    pytest.param(JSON, as_json(GOOD) + b" \n", {}, id="blanks after JSON"),
    pytest.param(JSON, with_value(b'{"intValue": 5.0}'), {}, id="an integer with a point"),
    pytest.param(JSON, as_json(request_of(span_of(startTimeUnixNano=1.76e18))), {}, id="a time with an exponent"),
    pytest.param(JSON, with_value(b'{"doubleValue": "-Infinity"}'), {}, id="infinity"),
    pytest.param(JSON, with_value(b'{"intValue": "-9223372036854775808"}'), {}, id="the least integer"),
    pytest.param(JSON, with_value(nested(100)), {}, id="nested 100 deep"),
    pytest.param(PROTOBUF, of_exactly(20 * MIB), {}, id="20 MiB"),
    pytest.param(PROTOBUF, gzip.compress(of_exactly(20 * MIB)), PACKED, id="20 MiB, packed"),
    pytest.param(JSON, as_json(request_of(span_of(parentSpanId=f"{1:016x}"))), {}, id="its own parent"),
    pytest.param(
        JSON,
        as_json(request_of(span_of(700, attributes=[pair_of("plimsoll.cost_usd", 1e308)]))),
        {},
        id="a cost beyond all money",
    ),
    pytest.param(
        JSON,
        as_json(request_of(span_of(701, startTimeUnixNano="1", endTimeUnixNano=str(2**63 - 1)))),
        {},
        id="three centuries",
    ),
    pytest.param(
        JSON,
        as_json(request_of(span_of(702, attributes=[pair_of("gen_ai.operation.name", ["chat"])]))),
        {},
        id="an operation that is a list",
    ),
]


@pytest.mark.parametrize(("content_type", "body", "headers"), READ)
async def test_what_is_odd_and_allowed_is_kept_whole(
    server: Served, *, content_type: str, body: bytes, headers: dict[str, str]
):
    answer = await send(server, body, content_type=content_type, **headers)
    refused, reasons = read_refusal(answer.reply, answer.body)
    assert (answer.reply.status, refused, reasons) == (200, 0, "")


async def test_a_body_in_chunks_is_read(server: Served):
    trace_id = "c4" * 16

    async def pieces() -> AsyncGenerator[bytes]:
        body = as_protobuf(request_of(span_of(traceId=trace_id)))
        for begin in range(0, len(body), 7):
            yield body[begin : begin + 7]

    reply = await server.post("/v1/traces", data=pieces(), headers={"content-type": PROTOBUF})
    assert reply.status == 200
    assert (await server.project.traces.get(trace_id)).summary.span_count == 1


async def test_what_lies_too_deep_says_so_in_its_place(server: Served):
    for levels in (17, 100):
        trace_id = f"{levels:032x}"
        body = with_value(nested(levels), traceId=trace_id)
        assert (await send(server, body, content_type=JSON)).reply.status == 200
        (kept,) = (await server.project.traces.get(trace_id)).spans
        assert str(kept.attributes["x"]).count("[nested too deep]") == 1


@pytest.mark.parametrize("write", [(JSON, as_json), (PROTOBUF, as_protobuf)])
async def test_of_two_spans_of_one_id_the_first_is_kept_and_the_other_told(server: Served, write: Any):
    trace_id = ("d1" if write[0] == JSON else "d2") * 16
    first, same, other = (span_of(1, traceId=trace_id, name=name) for name in ("one", "one", "two"))
    answer = await send(server, write[1](request_of(first, same, other)), content_type=write[0])
    refused, reasons = read_refusal(answer.reply, answer.body)
    assert (refused, "a span id that another one of the request has" in reasons) == (1, True)
    assert [span.name for span in (await server.project.traces.get(trace_id)).spans] == ["one"]


async def test_a_span_before_its_parent_or_twice_or_an_hour_after_counts_once(server: Served):
    trace_id, hour = "e1" * 16, 3_600 * 10**9
    child = span_of(2, traceId=trace_id, parentSpanId=f"{1:016x}", startTimeUnixNano=str(START + hour))
    child["endTimeUnixNano"] = str(START + hour + 5)
    root = span_of(1, traceId=trace_id, name="work", attributes=[pair_of("plimsoll.kind", "request")])
    for span in (child, child, root, child, root):
        assert (await send(server, as_json(request_of(span)), content_type=JSON)).reply.status == 200
    summary = (await server.project.traces.get(trace_id)).summary
    assert (summary.name, summary.outcome, summary.span_count) == ("work", "answered", 2)
    assert summary.input_tokens == 3


@pytest.mark.parametrize("deep", ["[" * 60_000, "[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
async def test_a_text_nested_without_end_stops_no_page(server: Served, deep: str):
    trace_id = f"{len(deep):032x}"
    said = {"plimsoll.kind": "retrieval", "session.id": "deep", "gen_ai.retrieval.documents": deep}
    said |= dict.fromkeys(("plimsoll.input", "plimsoll.output", "plimsoll.retrieval.passages", "my.own"), deep)
    span = span_of(1, traceId=trace_id, attributes=[pair_of(name, text) for name, text in said.items()])
    assert (await send(server, as_json(request_of(span, service="deep")), content_type=JSON)).reply.status == 200
    diff = f"/traces/diff?a={trace_id}&b={trace_id}"
    for path in ("/traces", f"/traces/{trace_id}", "/sessions/deep", diff, f"/api/traces/{trace_id}"):
        assert (await server.get(path)).status == 200, path


async def test_metrics_are_declined_in_the_words_of_the_protocol(server: Served):
    for content_type, path in ((PROTOBUF, "/v1/metrics"), (JSON, "/v1/v1/traces")):
        answer = await send(server, b"", path=path, content_type=content_type)
        code, message = read_status(answer.reply, answer.body)
        assert (answer.reply.status, answer.reply.headers["content-type"], code) == (404, content_type, 5)
        assert ("OTEL_METRICS_EXPORTER=none" if path == "/v1/metrics" else "'/v1/traces'") in message
