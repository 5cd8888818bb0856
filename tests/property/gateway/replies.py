"""Replies in general, how each wire writes them whole, and how chat and Anthropic stream them."""

from typing import cast

import msgspec
from hypothesis import strategies as st

from plimsoll.gateway.wire import write_event

from property.gateway.conversations import NAMES, VALUES, WORDS, Json

ENDINGS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


class Tokens(msgspec.Struct, frozen=True):
    """Tokens, each kind by itself."""

    fresh: int
    cached: int
    stored: int
    written: int
    reasoned: int


class Reply(msgspec.Struct, frozen=True):
    """What a model answers."""

    thinking: str
    signature: str
    text: str
    calls: tuple[tuple[str, Json], ...]
    ending: str
    tokens: Tokens


COUNTS = st.integers(0, 1000)
TOKENS = st.builds(Tokens, COUNTS, COUNTS, COUNTS, st.integers(500, 1000), st.integers(0, 500))
CALLS = st.lists(st.tuples(NAMES, st.dictionaries(WORDS, VALUES, max_size=3)), min_size=1, max_size=3).map(tuple)
TEXTS = st.text(alphabet='ab é\n"\\{}', max_size=20)
ANSWERED = st.builds(
    Reply, TEXTS, st.just(""), WORDS, st.just(()), st.sampled_from(["stop", "length", "content_filter"]), TOKENS
)
CALLED = st.builds(Reply, TEXTS, st.just(""), TEXTS, CALLS, st.just("tool_calls"), TOKENS)
REPLIES = ANSWERED | CALLED
"""Replies that every wire can give."""
SIGNED = REPLIES.map(lambda said: msgspec.structs.replace(said, signature="proof") if said.thinking else said)
"""Replies as Anthropic gives them."""


def chat_usage(tokens: Tokens) -> Json:
    read = tokens.fresh + tokens.cached + tokens.stored
    return {
        "prompt_tokens": read,
        "completion_tokens": tokens.written,
        "total_tokens": read + tokens.written,
        "prompt_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.stored},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoned},
    }


def messages_usage(tokens: Tokens) -> Json:
    usage: Json = {
        "input_tokens": tokens.fresh,
        "cache_creation_input_tokens": tokens.stored,
        "cache_read_input_tokens": tokens.cached,
        "output_tokens": tokens.written,
    }
    return usage | ({"output_tokens_details": {"thinking_tokens": tokens.reasoned}} if tokens.reasoned else {})


def on_chat(said: Reply) -> Json:
    message: Json = {"role": "assistant", "content": said.text or None, "refusal": None}
    if said.thinking:
        message["reasoning_content"] = said.thinking
    if said.signature:
        message["thinking_blocks"] = [{"type": "thinking", "thinking": said.thinking, "signature": said.signature}]
    if said.calls:
        message["tool_calls"] = [
            {"id": f"c{index}", "type": "function", "function": {"name": name, "arguments": encode(arguments)}}
            for index, (name, arguments) in enumerate(said.calls)
        ]
    choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": said.ending}
    head: Json = {"id": "r1", "object": "chat.completion", "created": 7, "model": "m"}
    return head | {"choices": [choice], "usage": chat_usage(said.tokens)}


def on_messages(said: Reply) -> Json:
    content: list[Json] = []
    if said.thinking:
        content.append({"type": "thinking", "thinking": said.thinking, "signature": said.signature})
    if said.text:
        content.append({"type": "text", "text": said.text})
    for index, (name, arguments) in enumerate(said.calls):
        content.append({"type": "tool_use", "id": f"c{index}", "name": name, "input": arguments})
    head: Json = {"id": "r1", "type": "message", "role": "assistant", "model": "m", "content": content}
    end: Json = {"stop_reason": ENDINGS[said.ending], "stop_sequence": None, "usage": messages_usage(said.tokens)}
    return head | end


def encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def chat_stream(said: Reply, size: int, *, interleaved: bool) -> bytes:
    """Stream a reply in pieces of so many characters; calls one after the other, or all at once."""
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [Json(reasoning_content=piece) for piece in pieces(said.thinking, size)]
    deltas += [Json(content=piece) for piece in pieces(said.text, size)]
    calls = [
        call_deltas(index, name, pieces(encode(arguments), size)) for index, (name, arguments) in enumerate(said.calls)
    ]
    if interleaved:
        longest = max(map(len, calls), default=0)
        deltas += [call[turn] for turn in range(longest) for call in calls if turn < len(call)]
    else:
        deltas += [delta for call in calls for delta in call]
    head: Json = {"id": "r1", "object": "chat.completion.chunk", "created": 7, "model": "m"}
    choices: list[Json] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": Json(), "finish_reason": said.ending})
    chunks = [head | Json(choices=[choice]) for choice in choices]
    chunks.append(head | Json(choices=list[Json](), usage=chat_usage(said.tokens)))
    return b"".join(map(write_event, chunks)) + b"data: [DONE]\n\n"


def call_deltas(index: int, name: str, arguments: list[str]) -> list[Json]:
    begun: Json = {"index": index, "id": f"c{index}", "type": "function", "function": {"name": name, "arguments": ""}}
    said: list[Json] = [{"index": index, "function": {"arguments": piece}} for piece in arguments]
    return [{"tool_calls": [call]} for call in (begun, *said)]


def messages_stream(said: Reply, size: int) -> bytes:
    """Stream a reply in pieces of so many characters, as Anthropic does."""
    whole = on_messages(said)
    started: Json = messages_usage(said.tokens) | {"output_tokens": 1}
    start = whole | Json(content=list[Json](), stop_reason=None, usage=started)
    events: list[Json] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for index, block in enumerate(cast("list[Json]", whole["content"])):
        begun, deltas = block_deltas(block, size)
        events.append({"type": "content_block_start", "index": index, "content_block": begun})
        events += [Json(type="content_block_delta", index=index, delta=delta) for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    stop: Json = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": stop, "usage": {"output_tokens": said.tokens.written}})
    events.append({"type": "message_stop"})
    return b"".join(write_event(event, name=str(event["type"])) for event in events)


def block_deltas(block: Json, size: int) -> tuple[Json, list[Json]]:
    match block["type"]:
        case "thinking":
            deltas: list[Json] = [
                {"type": "thinking_delta", "thinking": piece} for piece in pieces(str(block["thinking"]), size)
            ]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
            return block | {"thinking": "", "signature": ""}, deltas
        case "text":
            return block | {"text": ""}, [
                {"type": "text_delta", "text": piece} for piece in pieces(str(block["text"]), size)
            ]
        case _:
            parts = pieces(encode(block["input"]), size)
            return block | Json(input=Json()), [{"type": "input_json_delta", "partial_json": part} for part in parts]
