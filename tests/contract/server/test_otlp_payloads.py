"""Payloads of OTLP/HTTP with the exact status, content type and body that each must get, from a real server."""

import gzip
import sqlite3
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import TooLarge
from plimsoll.server import Limits
from plimsoll.traces.otlp.unpack import unpack

from contract.server.exports import (
    JSON,
    PROTOBUF,
    START,
    TRACE,
    as_json,
    as_protobuf,
    bomb,
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
GOOD = request_of(span_of(1), span_of(2))
BAD_TRACE = span_of(3, traceId="0af7")
ZERO_TRACE = span_of(3, traceId="0" * 32)
BAD_SPAN = span_of(3, spanId="00ff")
ZERO_SPAN = span_of(3, spanId="0" * 16)
BAD_PARENT = span_of(3, parentSpanId="0102")
NO_START = span_of(3, startTimeUnixNano="0")
EARLY_END = span_of(3, endTimeUnixNano=str(START - 5))


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with served(tmp_path_factory.mktemp("otlp")) as server:
        yield server


@pytest.mark.parametrize(("content_type", "write"), [(PROTOBUF, as_protobuf), (JSON, as_json)])
@pytest.mark.parametrize("encoding", ["", "identity", "gzip"])
async def test_a_good_request_is_200_with_an_empty_answer(
    server: Served, *, content_type: str, write: Any, encoding: str
):
    body = gzip.compress(write(GOOD)) if encoding == "gzip" else write(GOOD)
    headers = {"content_encoding": encoding} if encoding else {}
    answer = await send(server, body, content_type=content_type, **headers)
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (200, content_type)
    assert answer.body == (b"{}" if content_type == JSON else b"")
    trace = await server.project.traces.get(TRACE)
    assert {span.span_id for span in trace.spans} >= {f"{1:016x}", f"{2:016x}"}


@pytest.mark.parametrize(("content_type", "write"), [(PROTOBUF, as_protobuf), (JSON, as_json)])
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (BAD_TRACE, "trace id"),
        (ZERO_TRACE, "trace id"),
        (BAD_SPAN, "span id"),
        (ZERO_SPAN, "span id"),
        (BAD_PARENT, "parent span id"),
        (NO_START, "no beginning"),
    ],
)
async def test_bad_spans_are_counted_and_good_ones_kept(
    server: Served, *, content_type: str, write: Any, bad: dict[str, Any], reason: str
):
    good = span_of(77, traceId=f"{abs(hash((content_type, reason, str(bad)))):032x}"[-32:])
    answer = await send(server, write(request_of(bad, good, bad)), content_type=content_type)
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (200, content_type)
    refused, said = read_refusal(answer.reply, answer.body)
    assert refused == 2
    assert said.startswith("2 spans not kept: 2 with ")
    assert reason in said
    trace = await server.project.traces.get(good["traceId"])
    assert [span.span_id for span in trace.spans] == [good["spanId"]]


async def test_a_span_that_ends_before_it_began_is_kept_without_a_length(server: Served):
    span = {**EARLY_END, "traceId": "ab" * 16}
    answer = await send(server, as_json(request_of(span)), content_type=JSON)
    assert (answer.reply.status, answer.body) == (200, b"{}")
    (kept,) = (await server.project.traces.get("ab" * 16)).spans
    assert (kept.start_ns, kept.end_ns, kept.attributes["plimsoll.ended_early_ns"]) == (START, START, 5)


UNREADABLE = [
    pytest.param(PROTOBUF, b"\xff\xff\xff\xff", {}, 400, 3, "protobuf", id="no protobuf"),
    pytest.param(PROTOBUF, as_protobuf(GOOD)[:-3], {}, 400, 3, "protobuf", id="protobuf cut off"),
    pytest.param(JSON, b"{", {}, 400, 3, "JSON", id="JSON cut off"),
    pytest.param(JSON, b"", {}, 400, 3, "JSON", id="no JSON"),
    pytest.param(JSON, b"[]", {}, 400, 3, "JSON", id="JSON of another shape"),
    pytest.param(
        JSON, b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":5}]}]}]}', {}, 400, 3, "JSON", id="a number"
    ),
    pytest.param(JSON, b'{"resourceSpans":' + b"[" * 100_000, {}, 400, 3, "JSON", id="JSON nested deep"),
    pytest.param(PROTOBUF, b"no gzip", {"content_encoding": "gzip"}, 400, 3, "gzip", id="no gzip"),
    pytest.param(
        PROTOBUF, gzip.compress(b"ab")[:-9], {"content_encoding": "gzip"}, 400, 3, "cut off", id="gzip cut off"
    ),
    pytest.param(
        PROTOBUF, gzip.compress(b"") * 300, {"content_encoding": "gzip"}, 400, 3, "members", id="gzip of nothing"
    ),
    pytest.param(PROTOBUF, b"", {"content_encoding": "gzip"}, 400, 3, "cut off", id="gzip of no bytes"),
    pytest.param(PROTOBUF, b"", {"content_encoding": "br"}, 415, 3, "'br'", id="brotli"),
    pytest.param(JSON, b"{}", {"content_encoding": "gzip, gzip"}, 415, 3, "gzip, gzip", id="gzip twice"),
    pytest.param("text/plain", b"{}", {}, 415, 3, "'text/plain'", id="a text"),
    pytest.param("", b"{}", {}, 415, 3, "''", id="no type"),
    pytest.param(PROTOBUF, bytes(20 * MIB + 1), {}, 413, 3, "20 MiB", id="huge"),
    pytest.param(JSON, bytes(20 * MIB + 1), {}, 413, 3, "20 MiB", id="huge JSON"),
    pytest.param(PROTOBUF, bomb(21 * MIB), {"content_encoding": "gzip"}, 413, 3, "20 MiB", id="a bomb"),
    pytest.param(JSON, bomb(128 * MIB), {"content_encoding": "gzip"}, 413, 3, "20 MiB", id="a great bomb"),
]


@pytest.mark.parametrize(("content_type", "body", "headers", "status", "code", "says"), UNREADABLE)
async def test_what_cannot_be_read_gets_its_status(
    server: Served, *, content_type: str, body: bytes, headers: dict[str, str], status: int, code: int, says: str
):
    sent = {"content_type": content_type, **headers} if content_type else headers
    answer = await send(server, body, **sent)
    expected_type = content_type if content_type in {PROTOBUF, JSON} else JSON
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (status, expected_type)
    found, message = read_status(answer.reply, answer.body)
    assert found == code
    assert says in message
    assert "retry-after" not in answer.reply.headers


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (PROTOBUF, b""),
        (JSON, b"{}"),
        (JSON, b'{"resourceSpans":[]}'),
        (JSON, b'{"resourceSpans":null}'),
        (JSON, as_json(request_of())),
        ("application/json; charset=utf-8", b"{}"),
        (PROTOBUF, as_protobuf(request_of())),
    ],
)
async def test_an_empty_request_is_200(server: Served, content_type: str, body: bytes):
    answer = await send(server, body, content_type=content_type)
    expected = content_type.partition(";")[0]
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (200, expected)
    assert answer.body == (b"{}" if expected == JSON else b"")


async def test_json_may_spell_numbers_and_enums_either_way_and_name_unknown_fields(server: Served):
    attributes: list[dict[str, Any]] = [
        {"key": "a", "value": {"intValue": 9007199254740993}},
        {"key": "b", "value": {"intValue": "9007199254740993"}},
        {"key": "c", "value": {"doubleValue": "NaN"}},
        {"key": "d", "value": {"bytesValue": "AQI="}},
        {"key": "e", "value": {"kvlistValue": {"values": [{"key": "x", "value": {"boolValue": True}}]}}},
        {"key": "f", "value": {"arrayValue": {"values": [{"stringValue": "p"}, {"intValue": "2"}]}}},
        {"key": "g", "value": {}},
    ]
    span = span_of(
        1, traceId="CD" * 16, kind="SPAN_KIND_CLIENT", startTimeUnixNano=START, attributes=attributes, news=[1]
    )
    span["status"] = {"code": "STATUS_CODE_ERROR", "message": "it broke"}
    answer = await send(server, as_json({**request_of(span), "later": {}}), content_type=JSON)
    assert (answer.reply.status, answer.body) == (200, b"{}")
    (kept,) = (await server.project.traces.get("cd" * 16)).spans
    assert (kept.start_ns, kept.error) == (START, "it broke")
    found = {name: kept.attributes[name] for name in "abcdefg"}
    exact = 9007199254740993
    assert found == {"a": exact, "b": exact, "c": "nan", "d": "AQI=", "e": '{"x":true}', "f": ["p", "2"], "g": ""}


async def test_both_encodings_of_one_request_are_the_same_spans(server: Served):
    attributes = {"s": "text", "i": 2**62, "n": -4, "d": 0.5, "z": 0, "b": False, "l": ["x", "y"], "empty": ""}
    event = {"name": "note", "timeUnixNano": str(START), "attributes": [{"key": "k", "value": {"stringValue": "v"}}]}
    kept: list[Any] = []
    for trace_id, content_type, write in (("11" * 16, JSON, as_json), ("22" * 16, PROTOBUF, as_protobuf)):
        pairs = [*span_of()["attributes"], *pairs_of(attributes)]
        span = span_of(5, traceId=trace_id, parentSpanId="aa" * 8, attributes=pairs, events=[event])
        assert (await send(server, write(request_of(span)), content_type=content_type)).reply.status == 200
        (one,) = (await server.project.traces.get(trace_id)).spans
        kept.append((one.name, one.parent_id, one.start_ns, one.end_ns, one.attributes, one.events))
    assert kept[0] == kept[1]
    assert {name: kept[0][4][name] for name in attributes} == attributes


def pairs_of(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [pair_of(name, value) for name, value in attributes.items()]


async def test_another_method_is_405(server: Served):
    reply = await server.get("/v1/traces", headers={"accept": "application/json"})
    assert (reply.status, reply.headers["allow"], reply.json()["code"]) == (405, "POST", 12)


async def test_a_doubled_path_is_told_the_right_one(server: Served):
    reply = await server.post("/v1/v1/traces", data=b"{}")
    assert reply.status == 404
    assert "'/v1/traces' was meant" in reply.text


async def test_beyond_this_machine_a_key_with_the_scope_telemetry_is_needed(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        asks = (await server.keys.create("user", scopes=("ask",))).secret.reveal()
        sends = (await server.keys.create("app", tenant="acme", scopes=("telemetry",))).secret.reveal()
        body = as_protobuf(request_of(span_of(1, attributes=pairs_of({"plimsoll.tenant": "other"}))))
        answers = [
            await send(server, body, content_type=PROTOBUF),
            await send(server, body, content_type=PROTOBUF, authorization="Bearer plim_wrong"),
            await send(server, body, content_type=PROTOBUF, authorization=f"Bearer {asks}"),
            await send(server, body, content_type=PROTOBUF, authorization=f"Bearer {sends}"),
        ]
        trace = await server.project.traces.get(TRACE)
    assert [answer.reply.status for answer in answers] == [401, 401, 403, 200]
    assert [read_status(one.reply, one.body)[0] for one in answers[:3]] == [16, 16, 7]
    assert answers[0].reply.headers["www-authenticate"].startswith("Bearer")
    assert "'telemetry'" in read_status(answers[2].reply, answers[2].body)[1]
    assert trace.summary.tenant == "acme"


async def test_a_full_server_is_429_and_says_when_to_come_back(tmp_path: Path):
    async with served(tmp_path, limits=Limits(concurrent_calls=0)) as server:
        answer = await send(server, as_protobuf(GOOD), content_type=PROTOBUF)
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (429, PROTOBUF)
    assert int(answer.reply.headers["retry-after"]) >= 1
    assert read_status(answer.reply, answer.body)[0] == 8


def test_a_bomb_is_never_held_in_memory():
    packed = bomb(128 * MIB)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        unpack(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 * MIB


def connect_to_traces(folder: Path) -> sqlite3.Connection:
    (file,) = folder.rglob("traces.db")
    return sqlite3.connect(file, isolation_level=None)


@pytest.mark.slow
async def test_a_database_that_cannot_be_written_is_503_and_loses_nothing_that_is_sent_again(tmp_path: Path):
    body = as_protobuf(GOOD)
    async with served(tmp_path) as server:
        with closing(connect_to_traces(tmp_path)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await send(server, body, content_type=PROTOBUF)
            other.execute("ROLLBACK")
        taken = await send(server, body, content_type=PROTOBUF)
        trace = await server.project.traces.get(TRACE)
    assert (refused.reply.status, refused.reply.headers["content-type"]) == (503, PROTOBUF)
    assert int(refused.reply.headers["retry-after"]) >= 1
    assert read_status(refused.reply, refused.body)[0] == 14
    assert (taken.reply.status, trace.summary.span_count) == (200, 2)
