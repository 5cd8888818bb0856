"""A client other than our own gateway that writes down all that a server sent, failures included."""

import asyncio
import json

import aiohttp
import msgspec

from plimsoll.testing import Upstream

PLAIN: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": "ping"}]}
STREAM: dict[str, object] = {**PLAIN, "stream": True, "stream_options": {"include_usage": True}}


class Function(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    arguments: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    function: Function


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or a piece of one."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[Call] = []


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    message: Message = Message()
    delta: Message = Message()
    finish_reason: str | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """A chat completion, or a chunk of one."""

    choices: list[Choice] = []
    usage: dict[str, object] | None = None
    error: dict[str, object] | None = None


class Heard(msgspec.Struct, kw_only=True):
    """What the client got."""

    status: int = 0
    headers: dict[str, str] = {}
    pieces: list[bytes] = []
    error: str = ""

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def fields(self) -> dict[str, object]:
        return json.loads(self.body)

    @property
    def events(self) -> list[bytes]:
        """The contents of the events that came whole."""
        blocks = self.body.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]
        lines = [line for block in blocks for line in block.split(b"\n")]
        return [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: ")]

    @property
    def chunks(self) -> list[Completion]:
        return [msgspec.json.decode(event, type=Completion) for event in self.events if event != b"[DONE]"]

    @property
    def completion(self) -> Completion:
        return msgspec.json.decode(self.body, type=Completion)

    @property
    def deltas(self) -> list[Message]:
        return [choice.delta for chunk in self.chunks for choice in chunk.choices]

    @property
    def text(self) -> str:
        """What a chat said, over all its chunks."""
        return "".join(delta.content or "" for delta in self.deltas)


async def post(upstream: Upstream, body: object, path: str = "chat/completions", *, seconds: float = 5.0) -> Heard:
    heard = Heard()
    limit = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as client,
            client.post(f"{upstream.base_url}/{path}", json=body, allow_redirects=False) as response,
        ):
            heard.status = response.status
            heard.headers = {name.lower(): value for name, value in response.headers.items()}
            async for piece in response.content.iter_any():
                heard.pieces.append(piece)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        heard.error = type(error).__name__
    return heard


def talk(upstream: Upstream, body: object, path: str = "chat/completions", *, seconds: float = 5.0) -> Heard:
    """Send one request from an event loop of its own."""
    return asyncio.run(post(upstream, body, path, seconds=seconds))
