"""Conversations in general, and how each wire writes them: a second, independent account of the three wires."""

from typing import cast

import msgspec
from hypothesis import strategies as st

Json = dict[str, object]

WORDS = st.text(alphabet='ab é\n"\\{}', min_size=1, max_size=12)
NAMES = st.sampled_from(["find", "read_file", "send-mail"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)


class Call(msgspec.Struct, frozen=True):
    """A call of a tool, with its result."""

    name: str
    arguments: Json
    result: str
    failed: bool


class Exchange(msgspec.Struct, frozen=True):
    """What a user says, what the model answers, and what its tools return."""

    parts: tuple[tuple[str, str], ...]
    answer: str
    calls: tuple[Call, ...]


class Conversation(msgspec.Struct, frozen=True):
    """A request: a system prompt, exchanges, and a last question unless tools have just answered."""

    system: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    question: str


PARTS = st.tuples(st.sampled_from(["text", "data", "url", "pdf"]), WORDS)
CALLS = st.builds(Call, NAMES, st.dictionaries(WORDS, VALUES, max_size=3), WORDS, st.booleans())
EXCHANGES = st.builds(
    Exchange,
    st.lists(PARTS, min_size=1, max_size=3).map(tuple),
    WORDS,
    st.lists(CALLS, max_size=3).map(tuple),
)
CONVERSATIONS = st.builds(
    Conversation,
    st.lists(WORDS, max_size=2).map(tuple),
    st.lists(EXCHANGES, max_size=3).map(tuple),
    WORDS,
)
PNG = "iVBORw0KGgo="
PDF = "data:application/pdf;base64,JVBERi0="


def short(parts: list[Json]) -> object:
    """Return the one text as a string, as each wire may."""
    return parts[0]["text"] if len(parts) == 1 and parts[0]["type"] == "text" else parts


def text(value: str) -> Json:
    return {"type": "text", "text": value}


def on_messages(said: Conversation) -> Json:
    turns: list[Json] = []
    for number, exchange in enumerate(said.exchanges):
        blocks = [messages_part(*part) for part in exchange.parts]
        if turns and isinstance(turns[-1]["content"], list) and turns[-1]["role"] == "user":
            cast("list[Json]", turns[-1]["content"]).extend(blocks)
        else:
            turns.append({"role": "user", "content": short(blocks)})
        uses = [messages_use(call, f"c{number}_{index}") for index, call in enumerate(exchange.calls)]
        turns.append({"role": "assistant", "content": short([text(exchange.answer), *uses])})
        results = [messages_result(call, f"c{number}_{index}") for index, call in enumerate(exchange.calls)]
        if results:
            turns.append({"role": "user", "content": results})
    if turns and turns[-1]["role"] == "user":
        cast("list[Json]", turns[-1]["content"]).append(text(said.question))
    else:
        turns.append({"role": "user", "content": said.question})
    system: Json = {"system": short([text(value) for value in said.system])} if said.system else {}
    return {"model": "m", "max_tokens": 9, "messages": turns} | system


def messages_part(kind: str, value: str) -> Json:
    match kind:
        case "text":
            return text(value)
        case "data":
            return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
        case "url":
            return {"type": "image", "source": {"type": "url", "url": f"https://x/{value}"}}
        case _:
            source: Json = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
            return {"type": "document", "source": source, "title": value}


def messages_use(call: Call, name: str) -> Json:
    return {"type": "tool_use", "id": name, "name": call.name, "input": call.arguments}


def messages_result(call: Call, name: str) -> Json:
    failed: Json = {"is_error": True} if call.failed else {}
    return {"type": "tool_result", "tool_use_id": name, "content": call.result} | failed


def on_chat(said: Conversation) -> Json:
    messages: list[Json] = []
    if said.system:
        messages.append({"role": "system", "content": short([text(value) for value in said.system])})
    for number, exchange in enumerate(said.exchanges):
        messages.append({"role": "user", "content": short([chat_part(*part) for part in exchange.parts])})
        calls = [chat_call(call, f"c{number}_{index}") for index, call in enumerate(exchange.calls)]
        called: Json = {"tool_calls": calls} if calls else {}
        messages.append({"role": "assistant", "content": exchange.answer} | called)
        for index, call in enumerate(exchange.calls):
            result = f"The tool failed: {call.result}" if call.failed else call.result
            messages.append({"role": "tool", "tool_call_id": f"c{number}_{index}", "content": result})
    messages.append({"role": "user", "content": said.question})
    return {"model": "m", "max_completion_tokens": 9, "messages": messages}


def chat_part(kind: str, value: str) -> Json:
    match kind:
        case "text":
            return text(value)
        case "data":
            return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
        case "url":
            return {"type": "image_url", "image_url": {"url": f"https://x/{value}"}}
        case _:
            return {"type": "file", "file": {"filename": value, "file_data": PDF}}


def chat_call(call: Call, name: str) -> Json:
    arguments = msgspec.json.encode(call.arguments).decode()
    return {"id": name, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def on_responses(said: Conversation) -> Json:
    items: list[Json] = [{"role": "developer", "content": value} for value in said.system]
    for number, exchange in enumerate(said.exchanges):
        items.append({"role": "user", "content": [responses_part(*part) for part in exchange.parts]})
        answer: list[Json] = [{"type": "output_text", "text": exchange.answer, "annotations": []}]
        items.append({"type": "message", "role": "assistant", "content": answer})
        for index, call in enumerate(exchange.calls):
            function = cast("Json", chat_call(call, "")["function"])
            items.append({"type": "function_call", "call_id": f"c{number}_{index}"} | function)
        for index, call in enumerate(exchange.calls):
            result = f"The tool failed: {call.result}" if call.failed else call.result
            items.append({"type": "function_call_output", "call_id": f"c{number}_{index}", "output": result})
    items.append({"role": "user", "content": said.question})
    return {"model": "m", "max_output_tokens": 9, "input": items}


def responses_part(kind: str, value: str) -> Json:
    match kind:
        case "text":
            return {"type": "input_text", "text": value}
        case "data":
            return {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"}
        case "url":
            return {"type": "input_image", "image_url": f"https://x/{value}", "detail": "auto"}
        case _:
            return {"type": "input_file", "filename": value, "file_data": PDF}
