"""A provider made of bytes: what a test says goes over the wire, right or wrong."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

ANSWER = json.dumps(
    {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1,
        "model": "small",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "pong"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
).encode()
"""A good chat completion."""


class Bytes(NamedTuple):
    """One answer."""

    data: bytes
    """What is sent."""
    closes: bool = True
    """Whether the connection is closed after it."""


class Raw:
    """The server: its answers, in order, the last one again and again."""

    def __init__(self, answers: Sequence[Bytes]) -> None:
        self.answers = list(answers)
        self.requests = 0
        self.connections = 0
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
                await reader.readexactly(length)
                self.requests += 1
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                writer.write(answer.data)
                await writer.drain()
                if answer.closes:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def hang_up(self) -> None:
        """Close every connection, and let the other end notice."""
        for writer in self._writers:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.01)


@asynccontextmanager
async def open_raw(*answers: Bytes) -> AsyncGenerator[Raw]:
    """Serve these answers on a free port."""
    raw = Raw(answers)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.port = int(server.sockets[0].getsockname()[1])
    try:
        yield raw
    finally:
        server.close()
        await raw.hang_up()
        await server.wait_closed()


def http(body: bytes = ANSWER, *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """Return an answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def unframed(body: bytes, *headers: str, version: str = "1.1") -> bytes:
    """Return an answer with these headers alone."""
    return "\r\n".join([f"HTTP/{version} 200 OK", *headers, "", ""]).encode() + body
