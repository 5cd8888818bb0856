"""Instrumentors of three makers around LangChain and Google's SDK: what arrives is whole, and stored once."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from plimsoll.records import Span
from plimsoll.traces import Trace, TraceFilter

from contract.server.driven import driven
from contract.server.driving import Instrumentor
from contract.server.driving_frameworks import FRAMEWORKS, GOOGLES, drive_chain, drive_google
from contract.server.serving import Served

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore")]
TWICE = {
    *("gen_ai.input.messages", "gen_ai.output.messages", "input.value", "output.value", "gen_ai.task.input"),
    *("gen_ai.task.output", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result"),
}


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with driven(tmp_path_factory.mktemp("framed")) as server:
        yield server


async def arrived(server: Served, service: str) -> list[Trace]:
    listed = await server.project.traces.list(TraceFilter(feature=service))
    return [await server.project.traces.get(one.trace_id) for one in sorted(listed, key=lambda one: one.started_at)]


def theirs(trace: Trace, kind: str) -> list[Span]:
    """Return the steps of a kind that the instrumentor saw; the gateway's own of a call may stand beside them."""
    seen = [span for span in trace.spans if "otel.scope.name" in span.attributes]
    assert not [span.name for span in seen if TWICE & span.attributes.keys()]
    return [span for span in seen if span.attributes.get("plimsoll.kind") == kind]


def parts(span: Span, name: str) -> list[dict[str, Any]]:
    return [part for turn in json.loads(str(span.attributes[name])) for part in turn["parts"]]


@pytest.mark.parametrize("instrumentor", FRAMEWORKS, ids=[one.name for one in FRAMEWORKS])
async def test_a_chain_arrives_whole(server: Served, instrumentor: Instrumentor):
    await asyncio.to_thread(drive_chain, instrumentor, server.url, service=instrumentor.name)
    chain, streamed, called, tool, failed = await arrived(server, instrumentor.name)
    for trace in (chain, streamed, called):
        assert (trace.summary.outcome, trace.summary.input_tokens, trace.summary.output_tokens) == ("answered", 11, 7)
        (call,) = theirs(trace, "model")
        assert "ping" in str(call.attributes["plimsoll.input"])
    (retrieval,) = theirs(chain, "retrieval")
    (document,) = json.loads(str(retrieval.attributes["gen_ai.retrieval.documents"]))
    assert document["source"] == "tides.md"
    for trace in (chain, streamed):
        assert parts(theirs(trace, "model")[0], "plimsoll.output")[0]["content"] == "pong"
    (asked_for,) = [one for one in parts(theirs(called, "model")[0], "plimsoll.output") if one["type"] == "tool_call"]
    assert (asked_for["name"], asked_for["arguments"]) == ("weather", {"city": "Rome"})
    (ran,) = theirs(tool, "tool")
    assert (ran.attributes["gen_ai.tool.name"], "sunny" in str(ran.attributes["plimsoll.output"])) == ("weather", True)
    assert (failed.summary.outcome, failed.summary.error_class) == ("failed", "validation")


@pytest.mark.parametrize("instrumentor", GOOGLES, ids=[one.name for one in GOOGLES])
async def test_what_google_was_asked_arrives_whole(server: Served, instrumentor: Instrumentor):
    await asyncio.to_thread(drive_google, instrumentor, server.url, service=instrumentor.name)
    plain, streamed, called, embedded, failed = await arrived(server, instrumentor.name)
    for trace in (plain, streamed, called):
        assert (trace.summary.outcome, trace.summary.input_tokens, trace.summary.output_tokens) == ("answered", 11, 7)
        (call,) = theirs(trace, "model")
        assert call.attributes["gen_ai.response.model"] == "gemini-x-001"
        assert call.attributes["gen_ai.usage.cache_read.input_tokens"] == 4
    for trace in (plain, streamed):
        (call,) = theirs(trace, "model")
        told = str(call.attributes.get("gen_ai.system_instructions")) + str(call.attributes["plimsoll.input"])
        assert ("be brief" in told, "ping" in told, call.attributes["gen_ai.request.temperature"]) == (True, True, 0.5)
        assert parts(call, "plimsoll.output")[0]["content"] == "pong"
    (asked_for,) = [one for one in parts(theirs(called, "model")[0], "plimsoll.output") if one["type"] == "tool_call"]
    assert (asked_for["name"], asked_for["arguments"]) == ("weather", {"city": "Rome"})
    assert theirs(embedded, "model")[0].attributes["gen_ai.operation.name"] == "embeddings"
    assert (failed.summary.outcome, failed.summary.error_class) == ("failed", "validation")
