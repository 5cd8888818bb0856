"""Traces sent to another back end: only facts, tried again as the protocol says, never in a request's way."""

import time
from pathlib import Path

import pytest

import plimsoll
from plimsoll.errors import InvalidSettings
from plimsoll.project import SETTINGS_FILE, write_project
from plimsoll.records import Secret, Span, SpanEvent, SystemClock
from plimsoll.text import Redactor
from plimsoll.traces import SpanExporter
from plimsoll.traces.otlp_export.patience import find_pause, read_retry_after

from contract.server.serving import served
from flow.traces.collector import Collector, collecting
from waiting import until

pytestmark = pytest.mark.anyio
SECRET = "sk-proj-abcdefghijklmnop1234"
SPAN = Span(
    trace_id="ab" * 16,
    span_id="cd" * 8,
    parent_id="ef" * 8,
    name="chat m",
    start_ns=1_760_000_000_000_000_000,
    end_ns=1_760_000_001_000_000_000,
    error="It said: 'no ping'.",
    attributes={
        "plimsoll.kind": "model",
        "plimsoll.subject": "user:ada",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 11,
        "plimsoll.cost_usd": 0.5,
        "gen_ai.input.messages": f"ping {SECRET}",
        "gen_ai.response.finish_reasons": ["stop"],
        "error.type": "timeout",
        "ok": True,
    },
    events=(SpanEvent(name="retry", at_ns=1_760_000_000_500_000_000, attributes={"why": "ping", "attempt": 2}),),
)


def exporter_to(collector: Collector, **options: object) -> SpanExporter:
    return SpanExporter(f"{collector.url}/v1/traces", SystemClock(), flush_seconds=0.02, **options)  # pyright: ignore[reportArgumentType]


async def test_only_facts_go_out():
    async with collecting() as collector:
        exporter = exporter_to(collector, headers={"x-key": Secret("k")})
        await exporter.start()
        exporter.put(SPAN)
        await exporter.close()
        (span,) = collector.spans
        assert (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()) == ("ab" * 16, "cd" * 8, "ef" * 8)
        assert (span.status.code, span.status.message) == (2, "timeout")
        sent = {pair.key for pair in span.attributes}
        assert sent == set(SPAN.attributes) - {"plimsoll.subject", "gen_ai.input.messages"}
        assert [pair.key for pair in span.events[0].attributes] == ["attempt"]
        assert b"ping" not in collector.requests[0].SerializeToString()
        assert collector.headers[0]["x-key"] == "k"
    assert (exporter.health().sent, exporter.health().dropped) == (1, 0)


async def test_content_goes_out_redacted_where_the_settings_say_so():
    async with collecting() as collector:
        exporter = exporter_to(collector, redact=Redactor())
        await exporter.start()
        exporter.put(SPAN)
        await exporter.close()
        texts = {pair.key: pair.value.string_value for pair in collector.spans[0].attributes}
    assert texts["gen_ai.input.messages"].startswith("ping [")
    assert SECRET not in str(texts)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_receiver_gets_the_same_request_again(status: int):
    async with collecting() as collector:
        collector.answers = [(status, {"retry-after": "0"}), (status, {})]
        exporter = exporter_to(collector)
        await exporter.start()
        exporter.put(SPAN)
        await until(lambda: exporter.health().sent == 1)
        assert len(collector.headers) == 3
        await exporter.close()
    assert (exporter.health().dropped, exporter.health().last_error) == (0, None)


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500])
async def test_after_any_other_answer_the_spans_are_given_up_and_counted(status: int):
    async with collecting() as collector:
        collector.answers = [(status, {})]
        exporter = exporter_to(collector)
        await exporter.start()
        exporter.put(SPAN)
        await until(lambda: exporter.health().dropped == 1)
        assert str(status) in str(exporter.health().last_error)
        await exporter.close()
        assert len(collector.headers) == 1


async def test_what_the_receiver_did_not_keep_is_counted():
    async with collecting() as collector:
        collector.rejects = 1
        exporter = exporter_to(collector)
        await exporter.start()
        exporter.put(SPAN)
        await exporter.close()
    assert (exporter.health().sent, exporter.health().dropped) == (0, 1)


async def test_a_receiver_that_hangs_holds_nobody_up_and_what_finds_no_room_is_counted():
    async with collecting() as collector:
        collector.opens.clear()
        exporter = exporter_to(collector, bound=100)
        await exporter.start()
        began = time.perf_counter()
        for _ in range(1_000):
            exporter.put(SPAN)
        assert time.perf_counter() - began < 0.5
        assert exporter.health().dropped == 900
        collector.opens.set()
        await exporter.close()
    assert (exporter.health().sent, exporter.health().pending) == (100, 0)


async def test_a_receiver_that_is_not_there_costs_only_the_spans():
    exporter = SpanExporter("http://127.0.0.1:9/v1/traces", SystemClock(), flush_seconds=0.01)
    await exporter.start()
    exporter.put(SPAN)
    await until(lambda: exporter.health().last_error is not None)
    await exporter.close()
    assert (exporter.health().sent, exporter.health().dropped) == (0, 1)


def test_a_receiver_may_ask_for_a_pause_by_seconds_or_by_date():
    now = SystemClock().now().replace(year=2026, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    assert read_retry_after("7", now=now) == 7
    assert read_retry_after("Thu, 01 Jan 2026 00:00:30 GMT", now=now) == 30
    assert read_retry_after("soon", now=now) is None
    assert [find_pause(attempt, "", now=now) for attempt in (1, 2, 3, 9)] == [1, 2, 4, 30]


SETTINGS = """
[traces.export]
endpoint = "{url}"
headers = {{ authorization = "SINK_KEY" }}
"""


async def test_a_project_sends_its_own_traces_to_another_plimsoll(tmp_path: Path):
    async with served(tmp_path) as sink:
        write_project(tmp_path / "source")
        settings = tmp_path / "source" / SETTINGS_FILE
        settings.write_text(settings.read_text() + SETTINGS.format(url=sink.url))
        async with plimsoll.open(tmp_path / "source", environ={"SINK_KEY": "Bearer any"}) as project:
            await project.ask("What may be shipped by air?")
            (ours,) = await project.traces.list()
        theirs = await sink.project.traces.get(ours.trace_id)
    assert theirs.summary.span_count == ours.span_count
    assert (theirs.summary.feature, theirs.summary.outcome) == (ours.feature, ours.outcome)
    assert (theirs.summary.input_text, theirs.summary.subject) == (None, None)


async def test_a_header_without_its_variable_is_refused_at_the_start(tmp_path: Path):
    write_project(tmp_path / "source")
    settings = tmp_path / "source" / SETTINGS_FILE
    settings.write_text(settings.read_text() + SETTINGS.format(url="http://127.0.0.1:9"))
    with pytest.raises(InvalidSettings, match="SINK_KEY"):
        async with plimsoll.open(tmp_path / "source", environ={}):
            pass
