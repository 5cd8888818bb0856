"""What each pair of wires keeps of a request, field by field."""

from typing import cast

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.chat import is_strict
from plimsoll.gateway.wire import Wire, translate_request

Json = dict[str, object]
QUESTION: Json = {"role": "user", "content": "hi"}
SCHEMA: Json = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
PNG = "iVBORw0KGgo="


def to_messages(**fields: object) -> Json:
    body: Json = {"model": "m", "messages": [QUESTION]} | fields
    return translate_request(body, source=Wire.CHAT, target=Wire.MESSAGES)


def to_chat(**fields: object) -> Json:
    body: Json = {"model": "m", "max_tokens": 9, "messages": [QUESTION]} | fields
    return translate_request(body, source=Wire.MESSAGES, target=Wire.CHAT)


def function(name: str = "find", **more: object) -> Json:
    return {"type": "function", "function": {"name": name} | more}


def tool(name: str = "find", **more: object) -> Json:
    empty: Json = {"type": "object", "properties": {}}
    return {"name": name, "input_schema": empty} | more


@pytest.mark.parametrize("wire", list(Wire))
def test_one_wire_needs_no_translation(wire: Wire):
    body: Json = {"anything": 1}
    assert translate_request(body, source=wire, target=wire) is body


def test_the_least_chat_request_gets_the_bound_that_anthropic_needs():
    assert to_messages() == {"model": "m", "max_tokens": 4096, "messages": [QUESTION]}


CHAT_FIELDS: list[tuple[Json, Json]] = [
    ({"max_tokens": 7}, {"max_tokens": 7}),
    ({"max_completion_tokens": 7}, {"max_tokens": 7}),
    ({"temperature": 0.0, "top_p": 0.5, "stream": True}, {"temperature": 0.0, "top_p": 0.5, "stream": True}),
    ({"stop": "END"}, {"stop_sequences": ["END"]}),
    ({"stop": ["a", "b"]}, {"stop_sequences": ["a", "b"]}),
    ({"user": "u1"}, {"metadata": {"user_id": "u1"}}),
    ({"safety_identifier": "u1"}, {"metadata": {"user_id": "u1"}}),
    ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
    ({"reasoning_effort": "high"}, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
    ({"reasoning_effort": "minimal"}, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
    ({"tools": [function()]}, {"tools": [tool()]}),
    (
        {"tools": [function(description="d", parameters=SCHEMA, strict=True)]},
        {"tools": [{"name": "find", "description": "d", "input_schema": SCHEMA, "strict": True}]},
    ),
    ({"tools": [function()], "tool_choice": "auto"}, {"tool_choice": {"type": "auto"}}),
    ({"tools": [function()], "tool_choice": "required"}, {"tool_choice": {"type": "any"}}),
    ({"tools": [function()], "tool_choice": "none"}, {"tool_choice": {"type": "none"}}),
    ({"tools": [function()], "tool_choice": function()}, {"tool_choice": {"type": "tool", "name": "find"}}),
    (
        {"tools": [function()], "parallel_tool_calls": False},
        {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
    ),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}},
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    ),
    (
        {"response_format": {"type": "json_object"}},
        {"system": "Answer with one JSON object and nothing else: no introduction, no code fence."},
    ),
]


@pytest.mark.parametrize(("sent", "expected"), CHAT_FIELDS)
def test_settings_of_a_chat_request_are_kept(sent: Json, expected: Json):
    translated = to_messages(**sent)
    assert {name: translated.get(name) for name in expected} == expected


def test_only_allowed_tools_are_offered():
    allowed: Json = {"mode": "required", "tools": [function("read")]}
    sent = to_messages(
        tools=[function("find"), function("read")], tool_choice={"type": "allowed_tools", "allowed_tools": allowed}
    )
    assert (sent["tools"], sent["tool_choice"]) == ([tool("read")], {"type": "any"})


def test_open_objects_of_a_schema_are_closed():
    open_schema: Json = {"type": "object", "properties": {"a": {"type": "object", "properties": {}}}}
    asked = {"type": "json_schema", "json_schema": {"name": "n", "schema": open_schema}}
    sent = cast("dict[str, dict[str, Json]]", to_messages(response_format=asked))
    schema = cast("Json", sent["output_config"]["format"]["schema"])
    assert is_strict(schema | {"required": ["a"]})


MESSAGES_FIELDS: list[tuple[Json, Json]] = [
    ({}, {"max_completion_tokens": 9}),
    ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
    ({"stop_sequences": ["END"]}, {"stop": ["END"]}),
    ({"metadata": {"user_id": "u1"}}, {"user": "u1"}),
    ({"output_config": {"effort": "max"}}, {"reasoning_effort": "max"}),
    ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, {"reasoning_effort": "low"}),
    ({"thinking": {"type": "enabled", "budget_tokens": 10_000}}, {"reasoning_effort": "medium"}),
    ({"thinking": {"type": "enabled", "budget_tokens": 32_000}}, {"reasoning_effort": "high"}),
    ({"thinking": {"type": "disabled"}, "top_k": 5}, {"reasoning_effort": None, "top_k": None}),
    ({"tools": [tool(description="d", strict=True)]}, {"tools": [function(description="d", strict=True)]}),
    ({"tools": [tool()], "tool_choice": {"type": "any"}}, {"tool_choice": "required"}),
    (
        {"tools": [tool()], "tool_choice": {"type": "tool", "name": "find", "disable_parallel_tool_use": True}},
        {"tool_choice": function(), "parallel_tool_calls": False},
    ),
    (
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
            }
        },
    ),
    (
        {"output_format": {"type": "json_schema", "schema": {"type": "array"}}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": {"type": "array"}, "strict": True},
            }
        },
    ),
]


@pytest.mark.parametrize(("sent", "expected"), MESSAGES_FIELDS)
def test_settings_of_a_messages_request_are_kept(sent: Json, expected: Json):
    translated = to_chat(**sent)
    if "tools" in expected:
        for asked in cast("list[dict[str, Json]]", translated["tools"]):
            assert asked["function"].pop("parameters") == {"type": "object", "properties": {}}
    assert {name: translated.get(name) for name in expected} == expected


REFUSED: list[tuple[Wire, Json, str]] = [
    (Wire.CHAT, {"n": 2}, "`n`"),
    (Wire.CHAT, {"modalities": ["text", "audio"]}, "`modalities`"),
    (Wire.CHAT, {"logprobs": True}, "`logprobs`"),
    (Wire.CHAT, {"logit_bias": {"1": 5}}, "`logit_bias`"),
    (Wire.CHAT, {"functions": [{"name": "f"}]}, "`functions`"),
    (Wire.CHAT, {"tools": [{"type": "custom", "custom": {"name": "f"}}]}, r"`tools\[0\]\.type`"),
    (Wire.CHAT, {"messages": [{"role": "function", "content": "x"}]}, r"`messages\[0\]\.role`"),
    (
        Wire.CHAT,
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
        r"`messages\[0\]\.content\[0\]\.type`",
    ),
    (Wire.CHAT, {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]}, "file_data"),
    (Wire.CHAT, {"messages": 3}, r"messages"),
    (Wire.MESSAGES, {"container": "c"}, "`container`"),
    (Wire.MESSAGES, {"mcp_servers": [{"url": "u"}]}, "`mcp_servers`"),
    (Wire.MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, r"`tools\[0\]\.type`"),
    (
        Wire.MESSAGES,
        {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}]}]},
        r"`messages\[0\]\.content\[0\]\.source`",
    ),
    (Wire.RESPONSES, {"previous_response_id": "r"}, "`previous_response_id`"),
    (Wire.RESPONSES, {"background": True}, "`background`"),
    (Wire.RESPONSES, {"tools": [{"type": "web_search"}]}, r"`tools\[0\]\.type`"),
    (Wire.RESPONSES, {"input": [{"type": "item_reference", "id": "i"}]}, r"`input\[0\]\.type`"),
    (
        Wire.RESPONSES,
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f", "detail": "low"}]}]},
        r"`input\[0\]\.content\[0\]\.file_id`",
    ),
]


@pytest.mark.parametrize(("source", "fields", "named"), REFUSED)
def test_what_the_other_wire_cannot_say_is_refused_by_name(source: Wire, fields: Json, named: str):
    body: Json = {"model": "m", "max_tokens": 9, "messages": [QUESTION]} | fields
    with pytest.raises(InvalidRequest, match=named):
        translate_request(body, source=source, target=Wire.MESSAGES if source is Wire.CHAT else Wire.CHAT)


@pytest.mark.parametrize("source", [Wire.CHAT, Wire.MESSAGES])
def test_no_provider_is_called_on_responses_in_translation(source: Wire):
    with pytest.raises(InvalidRequest, match="speaks responses only"):
        translate_request({"model": "m", "messages": []}, source=source, target=Wire.RESPONSES)


def test_a_schema_without_bottom_is_refused():
    schema: Json = {}
    for _ in range(2000):
        schema = {"items": schema}
    with pytest.raises(InvalidRequest, match="nested too deeply"):
        to_messages(response_format={"type": "json_schema", "json_schema": {"schema": schema}})


HARMLESS: list[Json] = [
    {"n": 1},
    {"logprobs": False},
    {"seed": 7},
    {"store": True},
    {"logit_bias": {}},
    {"metadata": {"a": "b"}},
]


@pytest.mark.parametrize("fields", HARMLESS)
def test_what_changes_nothing_is_dropped(fields: Json):
    assert to_messages(**fields) == to_messages()
