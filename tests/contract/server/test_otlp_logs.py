"""Log records by OTLP/HTTP: evaluation results become scores, messages stand at their span, the rest is counted."""

import asyncio
import gzip
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openai
import pytest
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor

from plimsoll.errors import StoreUnavailable
from plimsoll.records import ScoreSource
from plimsoll.testing import Upstream
from plimsoll.traces import FigureFilter, TraceFilter, Traces

from contract.gateway.fronted import fronted
from contract.server.driving import INSTRUMENTORS, KEY, instrumented
from contract.server.exports import (
    JSON,
    PROTOBUF,
    START,
    TRACE,
    as_json,
    as_protobuf,
    bomb,
    pair_of,
    read_status,
    request_of,
    send,
    span_of,
)
from contract.server.serving import Reply, Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
SPAN = f"{1:016x}"
MOMENT = datetime.fromtimestamp(START // 10**9, UTC)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Served]:
    async with served(tmp_path, allowed=()) as server:
        yield server


def record(name: str, body: Any = None, **attributes: Any) -> dict[str, Any]:
    spelled = {key.replace("__", "."): value for key, value in attributes.items()}
    said = {} if body is None else {"body": body}
    pairs = [pair_of(key, value) for key, value in spelled.items()]
    return {
        "eventName": name,
        "traceId": TRACE,
        "spanId": SPAN,
        "timeUnixNano": str(START),
        "attributes": pairs,
        **said,
    }


def logs_of(*records: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [pair_of("service.name", "judge")]}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": {"name": "t"}, "logRecords": [*records]}]}]}


async def post(server: Served, path: str, content: dict[str, Any], **headers: str) -> Reply:
    return await server.post(path, data=as_json(content), headers={"content-type": JSON, **headers})


EVALUATION = {
    "gen_ai__evaluation__name": "helpful",
    "gen_ai__evaluation__score__value": 0.75,
    "gen_ai__evaluation__score__label": "pass",
    "gen_ai__evaluation__explanation": "it helps",
}


async def test_an_evaluation_result_becomes_a_score_of_its_trace(server: Served):
    await post(server, "/v1/traces", request_of(span_of(1)))
    reply = await post(server, "/v1/logs", logs_of(record("gen_ai.evaluation.result", **EVALUATION)))
    assert (reply.status, reply.text) == (200, "{}")
    (score,) = (await server.project.traces.get(TRACE)).scores
    assert (score.name, score.value, score.label, score.passed) == ("helpful", 0.75, "pass", True)
    assert (score.source, score.by, score.reason) == (ScoreSource.EXTERNAL, "judge", "it helps")
    assert score.at is not None
    assert int(score.at.timestamp()) == START // 10**9


async def test_scores_that_are_sent_again_are_kept_and_counted_once(server: Served, monkeypatch: pytest.MonkeyPatch):
    await post(server, "/v1/traces", request_of(span_of(1)))
    again = {**EVALUATION, "gen_ai__evaluation__score__value": 0.5}
    results = [record("gen_ai.evaluation.result", **said) for said in (EVALUATION, EVALUATION, again)]
    results.append({**record("gen_ai.evaluation.result", **EVALUATION), "spanId": f"{2:016x}"})
    keep = Traces.add_scores

    async def keep_and_fail(*given: Any, **named: Any) -> None:
        await keep(*given, **named)
        raise StoreUnavailable("The answer is lost after the scores were kept.")

    with monkeypatch.context() as broken:
        broken.setattr(Traces, "add_scores", keep_and_fail)
        assert (await post(server, "/v1/logs", logs_of(*results))).status == 503
    for _ in range(2):
        assert (await post(server, "/v1/logs", logs_of(*results))).status == 200
    scores = (await server.project.traces.get(TRACE)).scores
    assert sorted(score.value or 0 for score in scores) == [0.5, 0.75, 0.75, 0.75]
    asked = FigureFilter(since=MOMENT - timedelta(hours=1), until=MOMENT + timedelta(hours=1))
    (series,) = (await server.project.traces.figures(asked)).series
    assert series.total.quality["helpful"].n == 4


async def test_a_score_beyond_all_measure_takes_no_other_with_it(server: Served):
    await post(server, "/v1/traces", request_of(span_of(1)))
    values = (1e308, "NaN", "Infinity", -1e308, 0.5)
    results = [
        record("gen_ai.evaluation.result", **{**EVALUATION, "gen_ai__evaluation__name": str(at)}) for at in range(5)
    ]
    for result, value in zip(results, values, strict=True):
        (pair,) = [pair for pair in result["attributes"] if pair["key"] == "gen_ai.evaluation.score.value"]
        pair["value"] = {"doubleValue": value}
    reply = await post(server, "/v1/logs", logs_of(*results))
    assert (reply.status, reply.text) == (200, "{}")
    kept = {score.name: score.value for score in (await server.project.traces.get(TRACE)).scores}
    assert kept == {"0": 1e308, "1": None, "2": None, "3": -1e308, "4": 0.5}


async def test_messages_stand_below_the_span_that_said_them_and_once_however_often_they_are_sent(server: Served):
    await post(server, "/v1/traces", request_of(span_of(1)))
    answer = {"kvlistValue": {"values": [pair_of("content", "pong"), pair_of("role", "assistant")]}}
    choice = {"kvlistValue": {"values": [{"key": "message", "value": answer}, pair_of("finish_reason", "stop")]}}
    asked = {"kvlistValue": {"values": [pair_of("content", "ping")]}}
    sent = logs_of(record("gen_ai.user.message", asked), record("gen_ai.choice", choice))
    replies = [await post(server, "/v1/logs", sent) for _ in range(2)]
    assert [reply.text for reply in replies] == ["{}", "{}"]
    trace = await server.project.traces.get(TRACE)
    (step,) = [span for span in trace.spans if span.attributes.get("plimsoll.kind") == "messages"]
    assert step.parent_id == SPAN
    assert json.loads(str(step.attributes["plimsoll.input"])) == [
        {"role": "user", "parts": [{"type": "text", "content": "ping"}]}
    ]
    (said,) = json.loads(str(step.attributes["plimsoll.output"]))
    assert (said["parts"], said["finish_reason"]) == ([{"type": "text", "content": "pong"}], "stop")
    assert trace.summary.input_tokens == 3


async def test_what_is_not_kept_is_counted_with_its_reason(server: Served):
    stray = {**record("gen_ai.evaluation.result", **EVALUATION), "traceId": ""}
    empty = record("gen_ai.evaluation.result", gen_ai__evaluation__name="helpful")
    sent = logs_of(record("app.started"), record("app.started"), record(""), stray, empty)
    reply = await post(server, "/v1/logs", sent)
    partial = reply.json()["partialSuccess"]
    assert (reply.status, partial["rejectedLogRecords"]) == (200, "5")
    assert partial["errorMessage"].startswith(
        "5 log records not kept: 2 with an event that is not kept ('app.started')"
    )
    for reason in ("no name of an event", "no trace", "neither a value nor a label"):
        assert reason in partial["errorMessage"]


async def test_protobuf_is_read_and_answered_too(server: Served):
    message = ExportLogsServiceRequest()
    logs = message.resource_logs.add().scope_logs.add().log_records
    logs.add(event_name="gen_ai.evaluation.result", trace_id=bytes.fromhex(TRACE)).attributes.add(
        key="gen_ai.evaluation.name"
    ).value.string_value = "helpful"
    logs[0].attributes.add(key="gen_ai.evaluation.score.value").value.int_value = 1
    logs.add(event_name="other")
    headers = {"content-type": PROTOBUF}
    reply = await server.post("/v1/logs", data=message.SerializeToString(), headers=headers)
    assert (reply.status, reply.headers["content-type"]) == (200, PROTOBUF)
    answer = ExportLogsServiceResponse.FromString(reply.text.encode())
    assert answer.partial_success.rejected_log_records == 1


UNREADABLE = [
    pytest.param(PROTOBUF, b"\xff\xff", {}, 400, id="no protobuf"),
    pytest.param(PROTOBUF, as_protobuf(request_of(span_of(1))), {}, 400, id="spans"),
    pytest.param(JSON, b"[]", {}, 400, id="JSON of another shape"),
    pytest.param(JSON, b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":5}]}]}]}', {}, 400, id="a bare body"),
    pytest.param(JSON, gzip.compress(b"{}")[:-4], {"content_encoding": "gzip"}, 400, id="gzip cut off"),
    pytest.param(JSON, b"{}", {"content_encoding": "zstd"}, 415, id="zstd"),
    pytest.param("text/plain", b"{}", {}, 415, id="a text"),
    pytest.param(JSON, bomb(21 * 2**20), {"content_encoding": "gzip"}, 413, id="a bomb"),
]


@pytest.mark.parametrize(("content_type", "body", "headers", "status"), UNREADABLE)
async def test_what_cannot_be_read_gets_its_status(
    server: Served, *, content_type: str, body: bytes, headers: dict[str, str], status: int
):
    answer = await send(server, body, path="/v1/logs", content_type=content_type, **headers)
    expected = content_type if content_type in {PROTOBUF, JSON} else JSON
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (status, expected)
    assert read_status(answer.reply, answer.body)[0] == 3


@pytest.mark.parametrize(("content_type", "body"), [(PROTOBUF, b""), (JSON, b"{}"), (JSON, b'{"resourceLogs":null}')])
async def test_an_empty_request_is_200(server: Served, content_type: str, body: bytes):
    answer = await send(server, body, path="/v1/logs", content_type=content_type)
    assert (answer.reply.status, answer.reply.headers["content-type"]) == (200, content_type)
    assert answer.body == (b"" if content_type == PROTOBUF else b"{}")


async def test_no_key_writes_into_another_tenants_trace(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        keys = [
            (await server.keys.create(name, tenant=name, scopes=("telemetry",))).secret.reveal()
            for name in ("ours", "theirs")
        ]
        ours, theirs = ({"authorization": f"Bearer {key}"} for key in keys)
        await post(server, "/v1/traces", request_of(span_of(1)), **ours)
        spans = await post(server, "/v1/traces", request_of(span_of(2), span_of(3, traceId="ab" * 16)), **theirs)
        logs = await post(server, "/v1/logs", logs_of(record("gen_ai.evaluation.result", **EVALUATION)), **theirs)
        trace = await server.project.traces.get(TRACE)
    assert spans.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert logs.json()["partialSuccess"]["rejectedLogRecords"] == "1"
    assert "taken" in spans.json()["partialSuccess"]["errorMessage"]
    assert ([span.span_id for span in trace.spans], trace.scores) == ([SPAN], ())


def ask_with_events(url: str) -> None:
    """Call a model under OpenTelemetry's own instrumentor with its content as log records."""
    logs = LoggerProvider()
    logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{url}/v1/logs")))
    with instrumented([INSTRUMENTORS[0]], url, service="evented", content="EVENT_ONLY", logger_provider=logs):
        client = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)
        client.chat.completions.create(model="fast", messages=[{"role": "user", "content": "ping"}])
        client.close()
    logs.shutdown()


async def test_content_that_an_instrumentor_sends_as_log_records_is_found_in_its_trace(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            await asyncio.to_thread(ask_with_events, server.url)
            (summary,) = await server.project.traces.list(TraceFilter(feature="evented"))
            trace = await server.project.traces.get(summary.trace_id)
    (step,) = [span for span in trace.spans if span.attributes.get("plimsoll.kind") == "messages"]
    assert ("ping" in str(step.attributes["plimsoll.input"]), "pong" in str(step.attributes["plimsoll.output"])) == (
        True,
        True,
    )
    assert (summary.input_tokens, summary.outcome) == (11, "answered")
