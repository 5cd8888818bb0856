"""What becomes of the turns of a conversation between wires."""

import base64
from typing import cast

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.wire import Wire, translate_request

Json = dict[str, object]
PNG = "iVBORw0KGgo="
CALL: Json = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q":1}'}}
USE: Json = {"type": "tool_use", "id": "c1", "name": "find", "input": {"q": 1}}
DATA_URL = f"data:image/png;base64,{PNG}"
IMAGE: Json = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
IMAGE_URL: Json = {"type": "image_url", "image_url": {"url": DATA_URL}}


def to_messages(*messages: Json) -> Json:
    body: Json = {"model": "m", "messages": list(messages)}
    return translate_request(body, source=Wire.CHAT, target=Wire.MESSAGES)


def to_chat(*messages: Json, system: object = None) -> list[Json]:
    body: Json = {"model": "m", "max_tokens": 9, "messages": list(messages), "system": system}
    return cast("list[Json]", translate_request(body, source=Wire.MESSAGES, target=Wire.CHAT)["messages"])


def ask(target: Wire, items: object, **more: object) -> list[Json]:
    translated = translate_request({"model": "m", "input": items} | more, source=Wire.RESPONSES, target=target)
    return cast("list[Json]", translated["messages"])


def user(*content: Json) -> Json:
    return {"role": "user", "content": list(content)}


def text(value: str) -> Json:
    return {"type": "text", "text": value}


def result(content: object, **more: object) -> Json:
    return {"type": "tool_result", "tool_use_id": "c1", "content": content} | more


def test_system_and_developer_messages_become_the_system_prompt():
    sent = to_messages(
        {"role": "system", "content": "a"},
        {"role": "developer", "content": [text("b")]},
        {"role": "user", "content": "q"},
    )
    assert (sent["system"], sent["messages"]) == ([text("a"), text("b")], [{"role": "user", "content": "q"}])


def test_a_system_prompt_in_blocks_stays_in_parts():
    blocks = [text("a") | {"cache_control": {"type": "ephemeral"}}, text("b")]
    assert to_chat(system=blocks) == [{"role": "system", "content": [text("a"), text("b")]}]


def test_cache_marks_reach_anthropic():
    mark: Json = {"cache_control": {"type": "ephemeral"}}
    assert to_messages(user(text("a") | mark))["messages"] == [user(text("a") | mark)]


@pytest.mark.parametrize(
    ("url", "source"),
    [
        (DATA_URL, IMAGE["source"]),
        ("https://x/y.png", {"type": "url", "url": "https://x/y.png"}),
    ],
)
def test_images_are_kept_both_ways(url: str, source: Json):
    part: Json = {"type": "image_url", "image_url": {"url": url}}
    block: Json = {"type": "image", "source": source}
    assert to_messages(user(text("q"), part))["messages"] == [user(text("q"), block)]
    assert to_chat(user(text("q"), block)) == [user(text("q"), part)]


def test_documents_are_kept_both_ways():
    file: Json = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}}
    source: Json = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    block: Json = {"type": "document", "title": "a.pdf", "source": source}
    assert to_messages(user(file))["messages"] == [user(block)]
    assert to_chat(user(block)) == [user(file)]


def test_text_documents_and_search_results_become_text():
    document: Json = {
        "type": "document",
        "title": "T",
        "source": {"type": "text", "media_type": "text/plain", "data": "x"},
    }
    found: Json = {"type": "search_result", "title": "T", "source": "https://x", "content": [text("y")]}
    assert to_chat(user(document, found)) == [user(text("T\n\nx"), text("T\nhttps://x"), text("y"))]


def test_a_text_file_becomes_a_text_document():
    data = base64.b64encode("é".encode()).decode()
    part: Json = {"type": "file", "file": {"file_data": f"data:text/plain;base64,{data}"}}
    source: Json = {"type": "text", "media_type": "text/plain", "data": "é"}
    assert to_messages(user(part))["messages"] == [user({"type": "document", "source": source})]


def test_several_results_are_one_turn_of_anthropics_and_several_messages_of_chat():
    other: Json = {"type": "tool_result", "tool_use_id": "c2", "content": "two"}
    tools: list[Json] = [
        {"role": "tool", "tool_call_id": "c1", "content": "one"},
        {"role": "tool", "tool_call_id": "c2", "content": "two"},
        {"role": "user", "content": "go on"},
    ]
    turn = user(result("one"), other, text("go on"))
    assert to_messages(*tools)["messages"] == [turn]
    assert to_chat(turn) == tools


@pytest.mark.parametrize("content", ["boom", [text("boom")]])
def test_a_failed_tool_stays_failed(content: object):
    message: Json = {"role": "tool", "tool_call_id": "c1", "content": "The tool failed: boom"}
    assert to_chat(user(result(content, is_error=True))) == [message]
    assert to_messages(message)["messages"] == [user(result("boom", is_error=True))]


def test_an_image_in_a_result_follows_the_results_on_chat():
    said = to_chat(user(result([text("see"), IMAGE]), {"type": "tool_result", "tool_use_id": "c2", "content": "b"}))
    assert [message["role"] for message in said] == ["tool", "tool", "user"]
    assert [message["content"] for message in said[:2]] == ["see", "b"]
    assert said[2]["content"] == [text("Part of the result of tool call c1:"), IMAGE_URL]


def test_an_image_in_a_result_stays_in_it_on_the_way_to_anthropic():
    message: Json = {"role": "tool", "tool_call_id": "c1", "content": [IMAGE_URL]}
    assert to_messages(message)["messages"] == [user(result([IMAGE]))]


def test_calls_are_kept_both_ways():
    assert to_messages({"role": "assistant", "content": "hm", "tool_calls": [CALL]})["messages"] == [
        {"role": "assistant", "content": [text("hm"), USE]}
    ]
    assert to_chat({"role": "assistant", "content": [text("hm"), USE]}) == [
        {"role": "assistant", "content": "hm", "tool_calls": [CALL]}
    ]


@pytest.mark.parametrize("arguments", ['{"q": ', "[1]", "find it"])
def test_arguments_that_are_no_object_are_kept(arguments: str):
    function: Json = {"name": "find", "arguments": arguments}
    call: Json = {"id": "c1", "type": "function", "function": function}
    sent = cast("list[Json]", to_messages({"role": "assistant", "content": None, "tool_calls": [call]})["messages"])
    assert to_chat(*sent) == [{"role": "assistant", "content": None, "tool_calls": [call]}]


def test_only_thinking_of_others_goes_to_others():
    signed: Json = {"type": "thinking", "thinking": "a", "signature": "s"}
    unsigned: Json = {"type": "thinking", "thinking": "b", "signature": ""}
    said = to_chat({"role": "assistant", "content": [signed, unsigned, text("c")]})
    assert said == [{"role": "assistant", "content": "c", "reasoning_content": "b"}]


def test_signed_thinking_comes_back_to_anthropic():
    signed: Json = {"type": "thinking", "thinking": "a", "signature": "s"}
    sent = to_messages({"role": "assistant", "content": "c", "reasoning_content": "a", "thinking_blocks": [signed]})
    assert sent["messages"] == [{"role": "assistant", "content": [signed, text("c")]}]


RESPONSES_INPUT: list[Json] = [
    {"role": "developer", "content": "d"},
    {"role": "user", "content": [{"type": "input_text", "text": "q"}, {"type": "input_image", "image_url": DATA_URL}]},
    {"type": "reasoning", "id": "r", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
    {"type": "message", "role": "assistant", "id": "m", "content": [{"type": "output_text", "text": "a"}]},
    {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"q":1}'},
    {"type": "function_call", "call_id": "c2", "name": "find", "arguments": '{"q":1}'},
    {"type": "function_call_output", "call_id": "c1", "output": "one"},
    {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_image", "image_url": DATA_URL}]},
]


def test_items_of_a_responses_request_become_a_chat():
    said = ask(Wire.CHAT, RESPONSES_INPUT, instructions="i")
    assert said[:2] == [{"role": "system", "content": "i"}, {"role": "system", "content": "d"}]
    answer = said[3]
    assert (answer["content"], answer["reasoning_content"]) == ("a", "hm")
    assert answer["tool_calls"] == [CALL, CALL | {"id": "c2"}]
    assert [message["role"] for message in said[4:]] == ["tool", "tool", "user"]


def test_items_of_a_responses_request_become_anthropics_turns():
    said = ask(Wire.MESSAGES, RESPONSES_INPUT)
    assert said[0] == user(text("q"), IMAGE)
    assert said[1] == {"role": "assistant", "content": [text("a"), USE, USE | {"id": "c2"}]}
    assert said[2] == user(result("one"), {"type": "tool_result", "tool_use_id": "c2", "content": [IMAGE]})


def test_a_file_by_url_reaches_anthropic_and_not_chat():
    part: Json = {"type": "input_file", "file_url": "https://x/a.pdf"}
    document: Json = {"type": "document", "source": {"type": "url", "url": "https://x/a.pdf"}}
    assert ask(Wire.MESSAGES, [{"role": "user", "content": [part]}]) == [user(document)]
    with pytest.raises(InvalidRequest, match="not its URL"):
        ask(Wire.CHAT, [{"role": "user", "content": [part]}])


def test_settings_of_a_responses_request_are_kept():
    function: Json = {"name": "find", "parameters": {"type": "object"}, "strict": True}
    asked: Json = {"name": "n", "schema": {"type": "object"}, "strict": True}
    body: Json = {
        "model": "m",
        "input": "q",
        "max_output_tokens": 5,
        "tools": [{"type": "function"} | function],
        "tool_choice": {"type": "function", "name": "find"},
        "parallel_tool_calls": False,
        "text": {"format": {"type": "json_schema"} | asked, "verbosity": "low"},
        "reasoning": {"effort": "low", "summary": "auto"},
        "store": False,
        "stream": True,
    }
    assert translate_request(body, source=Wire.RESPONSES, target=Wire.CHAT) == {
        "model": "m",
        "messages": [{"role": "user", "content": "q"}],
        "max_completion_tokens": 5,
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "find"}},
        "parallel_tool_calls": False,
        "response_format": {"type": "json_schema", "json_schema": asked},
        "verbosity": "low",
        "reasoning_effort": "low",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
