"""What the wires cost: microseconds of CPU to read along with a stream, to cut it, and to say things in other words.

Run `benchmarks/wires.py [--json]`. Each figure is the best of nine rounds: other work on the machine only adds.
Exits with 1 when reading along with a chunk misses its target of 4 µs.
"""

import argparse
import sys
import time
import timeit
from collections.abc import Callable

import msgspec

from plimsoll.gateway.wire import (
    EventSplitter,
    StreamReader,
    StreamTranslator,
    Wire,
    ask_for_usage,
    fields_of,
    is_usage_only,
    read_reply,
    translate_reply,
    translate_request,
    write_event,
)

CALLS, ROUNDS = 10_000, 9
OBSERVE_MICROSECONDS = 4.0
TRANSLATED = (
    (Wire.CHAT, Wire.MESSAGES),
    (Wire.MESSAGES, Wire.CHAT),
    (Wire.CHAT, Wire.RESPONSES),
    (Wire.MESSAGES, Wire.RESPONSES),
)
Json = dict[str, object]

CHUNK: Json = {
    "id": "chatcmpl-BxYz0123456789abcdefghijklm",
    "object": "chat.completion.chunk",
    "created": 1_763_700_000,
    "model": "gpt-6-luna-2026-08-01",
    "service_tier": "default",
    "system_fingerprint": "fp_a288987b44",
    "choices": [{"index": 0, "delta": {"content": " Hello"}, "logprobs": None, "finish_reason": None}],
    "usage": None,
    "obfuscation": "abcd",
}
DELTA: Json = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " Hello"}}
RESPONSES_DELTA: Json = {
    "type": "response.output_text.delta",
    "item_id": "msg_0123456789abcdef",
    "output_index": 0,
    "content_index": 0,
    "delta": " Hello",
    "logprobs": [],
    "sequence_number": 7,
}
EVENTS = {
    Wire.CHAT: write_event(CHUNK),
    Wire.MESSAGES: write_event(DELTA, name="content_block_delta"),
    Wire.RESPONSES: write_event(RESPONSES_DELTA, name="response.output_text.delta"),
}
REPLY: Json = {
    "id": "r1",
    "object": "chat.completion",
    "created": 7,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "word " * 200}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 200, "total_tokens": 210},
}
REQUEST: Json = {
    "model": "m",
    "stream": True,
    "messages": [
        {"role": "system", "content": "s" * 500},
        {"role": "user", "content": "q" * 500},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "find", "arguments": '{"q":1}'}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "found"},
    ],
    "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {}}}}],
}


def measure(work: Callable[[], object]) -> float:
    """Return microseconds a call, in the best round."""
    return min(timeit.repeat(work, timer=time.process_time, number=CALLS, repeat=ROUNDS)) / CALLS * 1e6


def measure_streams() -> dict[str, float]:
    """Measure what is done to every event of a stream."""
    figures: dict[str, float] = {}
    for wire, event in EVENTS.items():
        reader, splitter = StreamReader(wire), EventSplitter()
        figures[f"observe {wire}"] = measure(lambda reader=reader, event=event: reader.observe(event))
        figures[f"split {wire}"] = measure(lambda splitter=splitter, event=event: splitter.feed(event))
    figures["is_usage_only"] = measure(lambda: is_usage_only(EVENTS[Wire.CHAT]))
    for source, target in TRANSLATED:
        translator, event = StreamTranslator(source, target), EVENTS[source]
        translator.feed(event)
        figures[f"translate event {source} to {target}"] = measure(
            lambda translator=translator, event=event: translator.feed(event)
        )
    return figures


def measure_calls() -> dict[str, float]:
    """Measure what is done to a request and to a whole reply."""
    body, sent = msgspec.json.encode(REPLY), msgspec.json.encode(REQUEST)
    messages = translate_request(REQUEST, source=Wire.CHAT, target=Wire.MESSAGES)
    return {
        "fields_of": measure(lambda: fields_of(sent)),
        "ask_for_usage": measure(lambda: ask_for_usage(fields_of(sent))),
        "read_reply": measure(lambda: read_reply(Wire.CHAT, body)),
        "translate_reply chat to messages": measure(
            lambda: translate_reply(body, source=Wire.CHAT, target=Wire.MESSAGES)
        ),
        "translate_request chat to messages": measure(
            lambda: translate_request(REQUEST, source=Wire.CHAT, target=Wire.MESSAGES)
        ),
        "translate_request messages to chat": measure(
            lambda: translate_request(messages, source=Wire.MESSAGES, target=Wire.CHAT)
        ),
    }


def main() -> int:
    """Print the figures; return 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json: bool = parser.parse_args().json
    figures = {name: round(figure, 2) for name, figure in (measure_streams() | measure_calls()).items()}
    if as_json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, figure in figures.items():
            print(f"{figure:8.2f} µs  {name}")
    return 1 if max(figures[f"observe {wire}"] for wire in Wire) > OBSERVE_MICROSECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
