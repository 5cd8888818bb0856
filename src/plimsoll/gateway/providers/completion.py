"""Whole answers: written as JSON, and as the events of a stream. Pure but for awaiting the answer."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import msgspec

from plimsoll.gateway.providers.failure import refuse
from plimsoll.gateway.wire import Wire, read_reply, write_stream
from plimsoll.records import Usage

_encode = msgspec.json.Encoder().encode


def write_completion(text: str, *, model: str, usage: Usage | None, finish_reason: str = "stop") -> bytes:
    """Return a chat completion's JSON; without usage it says nothing of tokens."""
    body: dict[str, object] = {
        "id": "chatcmpl-plimsoll",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}],
    }
    if usage is not None:
        body["usage"] = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        }
    return _encode(body)


@asynccontextmanager
async def stream_whole(answer: Awaitable[bytes]) -> AsyncGenerator[AsyncIterator[bytes]]:
    """Open a whole answer as the events of a stream."""
    yield _pieces(write_stream(Wire.CHAT, read_reply(Wire.CHAT, await answer)))


def write_as_events(wire: Wire, body: bytes, *, provider: str) -> bytes:
    """Return an answer that came whole, although events were asked for, as events.

    Raises ProviderRefused where it is an error, UnusableAnswer where it cannot be read.
    """
    facts = read_reply(wire, body)
    if facts.error is not None:
        raise refuse(provider, facts.error)
    return write_stream(wire, facts)


async def _pieces(data: bytes) -> AsyncGenerator[bytes]:
    yield data
