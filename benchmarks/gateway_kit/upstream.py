"""The provider that every target is measured against: it answers chat completions at once, byte for byte the same.

Run as a process of its own; it prints its port. What it does is told by the request's body: a stream of N chunks (at
most 1,000) where the prompt holds `chunks=N`, a refusal where the model is `bench-fails`. `GET /counts` tells what
arrived. It parses no JSON and checks no key: a request costs it some microseconds, so that it does not disturb.
"""

import asyncio
import re
from typing import cast

import uvloop

ANSWERS = "bench-answers"
"""The model that answers."""
FAILS = "bench-fails"
"""The model that refuses every request."""
MARK = b"starboard"
"""Stands once in every answer, and once in every content chunk of a stream."""
CHUNK_SECONDS = 0.002
"""Between two chunks of a stream, so that a gateway reads them one by one, as it does in production."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_STREAMS = re.compile(rb'"stream"\s*:\s*true')
_CHUNKS = re.compile(rb"chunks=(\d+)")
_TEXT = b"The " + MARK + b" side is green. " + b"A load line is painted on a hull. " * 12
_USAGE = b'"usage":{"prompt_tokens":120,"completion_tokens":112,"total_tokens":232}'
_IDENTITY = b'{"id":"chatcmpl-bench","object":"%s","created":1795000000,"model":"bench-answers",'
_ANSWER = (
    _IDENTITY % b"chat.completion"
    + b'"choices":[{"index":0,"message":{"role":"assistant","content":"'
    + _TEXT
    + b'"},"logprobs":null,"finish_reason":"stop"}],'
    + _USAGE
    + b"}"
)
_REFUSAL = b'{"error":{"message":"The model is overloaded.","type":"server_error","param":null,"code":"overloaded"}}'
_EVENT = (
    b"data: " + _IDENTITY % b"chat.completion.chunk" + b'"choices":[{"index":0,"delta":%s,"finish_reason":%s}]%s}\n\n'
)
_FIRST = _EVENT % (b'{"role":"assistant","content":""}', b"null", b"")
_LAST = _EVENT % (b"{}", b'"stop"', b"," + _USAGE) + b"data: [DONE]\n\n"


def _reply(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (status, len(body)) + body


def _http_chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


_OK = _reply(b"200 OK", _ANSWER)
_UNAVAILABLE = _reply(b"503 Service Unavailable", _REFUSAL)
_STREAM_BEGIN = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" + _http_chunk(_FIRST)
)
# Numbered, since LiteLLM ends a stream that repeats one chunk a hundred times.
_STREAM_NEXT = tuple(_http_chunk(_EVENT % (b'{"content":" %s %d"}' % (MARK, n), b"null", b"")) for n in range(1000))
_STREAM_END = _http_chunk(_LAST) + b"0\r\n\r\n"


class Counts:
    """What arrived since the start."""

    answered = 0
    refused = 0

    def reply(self) -> bytes:
        """Return the counts as an HTTP response."""
        return _reply(b"200 OK", b'{"answered":%d,"refused":%d}' % (self.answered, self.refused))


class Connection(asyncio.Protocol):
    """One kept-alive connection; a client sends its next request after the answer to the last."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._expected = 0
        """Bytes of the whole request, 0 before its head is there, -1 for a body in HTTP chunks."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer once the request is there as a whole."""
        self._received += data
        if not self._expected:
            self._expected = self._measure()
        if self._is_whole():
            request = bytes(self._received)
            self._received.clear()
            self._expected = 0
            self._answer(request)

    def _measure(self) -> int:
        end = self._received.find(_HEAD_END)
        if end < 0:
            return 0
        head = self._received[:end]
        if found := _LENGTH.search(head):
            return end + len(_HEAD_END) + int(found[1])
        return -1 if b"chunked" in head else end + len(_HEAD_END)

    def _is_whole(self) -> bool:
        if self._expected < 0:
            return self._received.endswith(b"0\r\n\r\n")
        return 0 < self._expected <= len(self._received)

    def _answer(self, request: bytes) -> None:
        if request.startswith(b"GET"):
            self._transport.write(self._counts.reply())
        elif FAILS.encode() in request:
            self._counts.refused += 1
            self._transport.write(_UNAVAILABLE)
        elif _STREAMS.search(request):
            self._counts.answered += 1
            found = _CHUNKS.search(request)
            self._transport.write(_STREAM_BEGIN)
            self._stream(min(int(found[1]), len(_STREAM_NEXT)) if found else 0)
        else:
            self._counts.answered += 1
            self._transport.write(_OK)

    def _stream(self, remaining: int) -> None:
        if self._transport.is_closing():
            return
        if not remaining:
            self._transport.write(_STREAM_END)
            return
        self._transport.write(_STREAM_NEXT[remaining - 1])
        self._loop.call_later(CHUNK_SECONDS, self._stream, remaining - 1)


async def serve() -> None:
    """Listen on a free port, print it, and serve until the process is ended."""
    counts = Counts()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(counts), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
