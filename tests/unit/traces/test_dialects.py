"""Each vocabulary of traces, in payloads as their libraries write them, becomes the one model."""

import json
from typing import Any

import pytest

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.mapping import map_attributes, read_sender
from plimsoll.traces.otlp.sent import SentSpan

PONG = [{"role": "assistant", "parts": [{"type": "text", "content": "pong"}]}]
PING = [{"role": "user", "parts": [{"type": "text", "content": "ping"}]}]
CALL = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Rome"}}

OLDER = {
    "gen_ai.system": "OpenAI",
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.prompt_tokens": 11,
    "gen_ai.usage.completion_tokens": 7,
    "gen_ai.usage.details.reasoning_tokens": 3,
    "gen_ai.response.finish_reasons": '["stop"]',
}
FLATTENED = {
    "gen_ai.system": "openai",
    "llm.request.type": "chat",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "ping",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.id": "c1",
    "gen_ai.completion.0.tool_calls.0.name": "weather",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"city": "Rome"}',
}
RETRIEVER = {
    "openinference.span.kind": "RETRIEVER",
    "input.value": "what floats?",
    "retrieval.documents.0.document.id": "d1",
    "retrieval.documents.0.document.content": "ships",
    "retrieval.documents.0.document.score": 0.5,
    "retrieval.documents.1.document.id": "d2",
    "retrieval.documents.10.document.id": "d10",
    "session.id": "s1",
    "user.id": "u1",
    "tag.tags": ["a", "b"],
    "metadata": '{"k": 1}',
}
WORKFLOW = {
    "traceloop.span.kind": "tool",
    "traceloop.entity.name": "weather",
    "traceloop.entity.input": '{"city": "Rome"}',
    "traceloop.entity.output": "sunny",
    "traceloop.association.properties.user_id": "u1",
    "traceloop.association.properties.session_id": "s1",
    "traceloop.workflow.name": "day",
}
VERCEL = {
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.model.id": "gpt-4o",
    "ai.model.provider": "openai.chat",
    "ai.prompt.messages": '[{"role":"user","content":[{"type":"text","text":"ping"}]}]',
    "ai.response.text": "pong",
    "ai.response.finishReason": "stop",
    "ai.usage.promptTokens": 11,
    "ai.usage.completionTokens": 7,
    "ai.telemetry.functionId": "greeter",
    "ai.telemetry.metadata.userId": "u1",
    "gen_ai.system": "openai.chat",
    "gen_ai.usage.input_tokens": 11,
    "ai.response.msToFirstChunk": 250.0,
}
LANGFUSE = {
    "langfuse.observation.type": "generation",
    "langfuse.observation.model.name": "gpt-4o",
    "langfuse.observation.input": "ping",
    "langfuse.observation.output": "pong",
    "langfuse.observation.usage_details": '{"input": 11, "output": 7, "total": 18}',
    "langfuse.observation.cost_details": '{"total": 0.25}',
    "user.id": "u1",
    "langfuse.trace.tags": '["a"]',
}
PYDANTIC = {
    "logfire.msg": "chat gpt-4o",
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "operation.cost": 0.5,
    "gen_ai.usage.details.cache_read_tokens": 4,
    "gen_ai.usage.input_tokens": 11,
    "events": json.dumps(
        [
            {"event.name": "gen_ai.user.message", "content": "ping", "role": "user"},
            {"event.name": "gen_ai.choice", "message": {"role": "assistant", "content": "pong"}, "index": 0},
        ]
    ),
}
CASES: list[Any] = [
    pytest.param(
        OLDER,
        {
            "gen_ai.provider.name": "openai",
            "gen_ai.usage.input_tokens": 11,
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.usage.reasoning.output_tokens": 3,
            "gen_ai.response.finish_reasons": ["stop"],
            "plimsoll.kind": "model",
        },
        id="older",
    ),
    pytest.param(
        FLATTENED,
        {
            "gen_ai.operation.name": "chat",
            "plimsoll.kind": "model",
            "plimsoll.input": PING,
            "plimsoll.output": [{"role": "assistant", "parts": [CALL], "finish_reason": "tool_calls"}],
        },
        id="flattened",
    ),
    pytest.param(
        RETRIEVER,
        {
            "plimsoll.kind": "retrieval",
            "plimsoll.input": "what floats?",
            "plimsoll.output": [{"id": "d1", "content": "ships", "score": 0.5}, {"id": "d2"}, {"id": "d10"}],
            "plimsoll.session": "s1",
            "plimsoll.subject": "u1",
            "plimsoll.tags": ["a", "b"],
            "metadata": '{"k": 1}',
        },
        id="openinference",
    ),
    pytest.param(
        WORKFLOW,
        {
            "plimsoll.kind": "tool",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "weather",
            "plimsoll.input": {"city": "Rome"},
            "plimsoll.output": "sunny",
            "plimsoll.subject": "u1",
            "plimsoll.session": "s1",
            "traceloop.workflow.name": "day",
        },
        id="traceloop",
    ),
    pytest.param(
        VERCEL,
        {
            "plimsoll.kind": "model",
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.response.time_to_first_chunk": 0.25,
            "plimsoll.input": PING,
            "plimsoll.output": [{**PONG[0], "finish_reason": "stop"}],
            "plimsoll.feature": "greeter",
            "plimsoll.subject": "u1",
        },
        id="vercel",
    ),
    pytest.param(
        LANGFUSE,
        {
            "plimsoll.kind": "model",
            "gen_ai.response.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 11,
            "plimsoll.cost_usd": 0.25,
            "plimsoll.input": "ping",
            "plimsoll.tags": ["a"],
            "plimsoll.subject": "u1",
        },
        id="langfuse",
    ),
    pytest.param(
        PYDANTIC,
        {
            "plimsoll.cost_usd": 0.5,
            "gen_ai.usage.cache_read.input_tokens": 4,
            "plimsoll.input": PING,
            "plimsoll.output": PONG,
            "logfire.msg": "chat gpt-4o",
        },
        id="pydantic-ai",
    ),
]


def mapped(attributes: dict[str, Any], *events: SpanEvent, **resource: str) -> dict[str, Any]:
    sent = SentSpan(
        trace_id="ab" * 16,
        span_id="cd" * 8,
        parent_id="",
        name="x",
        start_ns=1,
        end_ns=2,
        has_failed=False,
        status="",
        attributes=dict(attributes),
        events=list(events),
        links=[],
    )
    named = {name.replace("_", "."): value for name, value in resource.items()}
    return map_attributes(sent, read_sender(dict(named), scope="lib", tenant="local"), is_root=True)


def decoded(value: Any, like: object) -> Any:
    return json.loads(value) if isinstance(value, str) and isinstance(like, list | dict) else value


@pytest.mark.parametrize(("attributes", "expected"), CASES)
def test_a_dialect_becomes_the_one_model(attributes: dict[str, Any], expected: dict[str, Any]):
    found = mapped(attributes)
    assert {name: decoded(found.get(name), value) for name, value in expected.items()} == expected


def test_messages_that_came_as_events_are_stored_once():
    events = [
        SpanEvent(name="gen_ai.user.message", at_ns=1, attributes={"content": "ping"}),
        SpanEvent(name="retry", at_ns=2),
        SpanEvent(
            name="gen_ai.choice", at_ns=3, attributes={"message": '{"content": "pong"}', "finish_reason": "stop"}
        ),
    ]
    found = mapped({"gen_ai.operation.name": "chat"}, *events)
    assert json.loads(found["plimsoll.input"]) == PING
    assert json.loads(found["plimsoll.output"]) == [{**PONG[0], "finish_reason": "stop"}]


def test_cached_tokens_counted_beside_the_total_are_added_to_it():
    cached = {"gen_ai.usage.cache_read.input_tokens": 900, "gen_ai.usage.cache_creation.input_tokens": 50}
    beside = mapped({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10, **cached})
    within = mapped({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 1_000, **cached})
    assert (beside["gen_ai.usage.input_tokens"], within["gen_ai.usage.input_tokens"]) == (960, 1_000)


def test_what_a_task_says_twice_is_stored_once():
    said = {"traceloop.span.kind": "task", "traceloop.entity.input": "ping", "traceloop.entity.output": "pong"}
    found = mapped({**said, "gen_ai.task.input": "ping", "gen_ai.task.output": "another"})
    assert (found["plimsoll.input"], found["plimsoll.output"]) == ("ping", "pong")
    assert ("gen_ai.task.input" in found, found["gen_ai.task.output"]) == (False, "another")


def test_a_task_that_retrieves_is_a_retrieval_and_names_what_it_found():
    documents = {"documents": [{"page_content": "ships", "metadata": {"source": "sea.md"}}], "count": 1}
    told = {"traceloop.span.kind": "task", "gen_ai.operation.name": "vector_db_retrieve"}
    found = mapped({**told, "gen_ai.task.output": json.dumps(documents)})
    assert (found["plimsoll.kind"], found["gen_ai.operation.name"]) == ("retrieval", "retrieval")
    assert json.loads(found["gen_ai.retrieval.documents"]) == [{"id": "", "source": "sea.md", "score": None}]


@pytest.mark.parametrize("form", ['{"answered"}', '{"generations": [], "llm_output": {"answered"}}'])
def test_an_answers_id_and_fingerprint_are_found_in_what_was_sent_as_a_value(form: str):
    answered = form.replace('"answered"', '"id": "chatcmpl-1", "system_fingerprint": "fp_1"')
    found = mapped({"openinference.span.kind": "LLM", "output.value": answered})
    assert (found["gen_ai.response.id"], found["openai.response.system_fingerprint"]) == ("chatcmpl-1", "fp_1")


def test_the_tenant_is_the_keys_whatever_the_payload_says():
    assert mapped({"plimsoll.tenant": "other"})["plimsoll.tenant"] == "local"


def test_the_feature_is_the_attribute_then_the_service_and_never_an_interpreter():
    assert mapped({"plimsoll.feature": "mine"}, service_name="shop")["plimsoll.feature"] == "mine"
    assert mapped({}, service_name="shop")["plimsoll.feature"] == "shop"
    assert "plimsoll.feature" not in mapped({}, service_name="unknown_service:python")


def test_unknown_attributes_stay_as_they_are():
    unknown: dict[str, Any] = {"acme.tier": "gold", "n": 3, "ok": True, "list": ["a"]}
    assert mapped(unknown).items() >= unknown.items()
