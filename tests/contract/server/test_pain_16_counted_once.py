"""Pain 16: a call that several instrumentations saw, or a client's and the gateway, is counted once."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from opentelemetry.propagate import inject

from plimsoll.testing import Upstream
from plimsoll.traces import Trace, TraceFilter

from contract.gateway.fronted import fronted
from contract.server.driving import INSTRUMENTORS, KEY, MODELS, instrumented
from contract.server.exports import JSON, START, TRACE, as_json, pair_of, request_of, span_of
from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
SAID: list[Any] = [{"role": "user", "content": "ping"}]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Served]:
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, MODELS.format(url=upstream.base_url)) as server:
            yield server


async def only_trace(server: Served, service: str) -> Trace:
    (summary,) = await server.project.traces.list(TraceFilter(feature=service))
    return await server.project.traces.get(summary.trace_id)


def ask_under(url: str, sdk: str) -> None:
    """Ask once within a step of an app, with all instrumentors of an SDK at work."""
    all_of_it = [one for one in INSTRUMENTORS if one.sdk == sdk]
    with (
        instrumented(all_of_it, url, service=f"thrice-{sdk}") as provider,
        provider.get_tracer("app").start_as_current_span("work"),
    ):
        if sdk == "openai":
            with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client:
                client.chat.completions.create(model="fast", messages=SAID)
        else:
            with anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0) as client:
                client.messages.create(model="claude", max_tokens=9, messages=SAID)


@pytest.mark.parametrize("sdk", ["openai", "anthropic"])
async def test_a_call_that_three_instrumentors_saw_is_counted_once(server: Served, sdk: str):
    await asyncio.to_thread(ask_under, server.url, sdk)
    trace = await only_trace(server, f"thrice-{sdk}")
    calls = [span for span in trace.spans if span.attributes.get("plimsoll.kind") == "model"]
    scopes = {str(span.attributes["otel.scope.name"]) for span in calls if "otel.scope.name" in span.attributes}
    assert len(scopes) == 3
    assert (trace.summary.input_tokens, trace.summary.output_tokens) == (11, 7)


async def test_siblings_that_name_one_answer_are_counted_once(tmp_path: Path):
    pairs = [*span_of()["attributes"], pair_of("gen_ai.response.id", "chatcmpl-1")]
    root = span_of(9, name="work", attributes=[])
    seen = [span_of(number, parentSpanId=f"{9:016x}", attributes=pairs) for number in (1, 2)]
    other = span_of(3, parentSpanId=f"{9:016x}", attributes=span_of()["attributes"])
    async with served(tmp_path) as server:
        body = as_json(request_of(root, *seen, other))
        assert (await server.post("/v1/traces", data=body, headers={"content-type": JSON})).status == 200
        trace = await server.project.traces.get(TRACE)
    assert (trace.summary.span_count, trace.summary.input_tokens) == (4, 6)


def name_trace(request: Any) -> None:
    """Name the current span in a request, as instrumented HTTP clients do."""
    inject(request.headers)


def ask_joined(url: str) -> None:
    """Ask under an instrumentor, with an HTTP client that names its trace."""
    http = openai.DefaultHttpxClient(event_hooks={"request": [name_trace]})
    with (
        instrumented([INSTRUMENTORS[2]], url, service="joined") as provider,
        provider.get_tracer("app").start_as_current_span("work"),
        openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, http_client=http) as client,
    ):
        client.chat.completions.create(model="fast", messages=SAID)
        list(client.chat.completions.create(model="fast", messages=SAID, stream=True))
        client.embeddings.create(model="vectors", input="a text")


async def test_a_call_that_client_and_gateway_saw_is_one_trace(server: Served):
    await asyncio.to_thread(ask_joined, server.url)
    (trace,) = [await server.project.traces.get(one.trace_id) for one in await server.project.traces.list()]
    ours = [span for span in trace.spans if "otel.scope.name" not in span.attributes]
    assert (trace.summary.name, trace.summary.outcome) == ("work", "answered")
    assert [span.attributes["gen_ai.operation.name"] for span in ours] == ["chat", "chat", "embeddings"]
    assert trace.summary.input_tokens == sum(int(str(span.attributes["gen_ai.usage.input_tokens"])) for span in ours)


@pytest.mark.parametrize(("flags", "joined"), [("01", True), ("00", False)])
async def test_a_caller_who_keeps_no_trace_is_not_joined(server: Served, flags: str, *, joined: bool):
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-{flags}"}
    reply = await server.post("/v1/chat/completions", json={"model": "fast", "messages": SAID}, headers=headers)
    assert (reply.headers["x-plimsoll-trace-id"] == TRACE) == joined
    (summary,) = await server.project.traces.list()
    assert (summary.outcome, summary.input_tokens) == ("answered", 11)
    (span,) = (await server.project.traces.get(summary.trace_id)).spans
    assert (span.parent_id == "00f067aa0ba902b7") == joined
    assert summary.started_at.timestamp() > START / 1e9
