"""A provider that says what it was told to say, failures included: for tests and demonstrations without a network.

It asks nobody and knows nothing; its vectors depend on the text alone and mean nothing.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec
import numpy as np

from plimsoll.errors import UnusableAnswer, UpstreamError
from plimsoll.gateway.chat import ChatRequest, Embeddings, estimate_tokens, read_request
from plimsoll.gateway.provider import Outgoing
from plimsoll.gateway.providers.completion import stream_whole, write_completion
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import Wire
from plimsoll.records import Usage

_REMEMBERED = 1_000


class ScriptedReply(msgspec.Struct, frozen=True, kw_only=True):
    """One reply, with more said about it than its text."""

    text: str = ""
    """The answer."""
    usage: Usage | None = None
    """Tokens to report; None: estimated from the texts."""
    finish_reason: str = "stop"
    """Why the answer ended."""
    hangs: bool = False
    """True: no answer ever comes; the call ends by its deadline or by being cancelled."""


Line = str | ScriptedReply | UpstreamError
"""What the script says next: a text, a reply, or a failure to raise."""
Script = Sequence[Line] | Callable[[ChatRequest], Line]
"""Replies in order, or a function of the request."""


class Scripted:
    """Answers by a script. `requests` holds the last thousand it saw."""

    wires = (Wire.CHAT,)

    def __init__(self, script: Script, *, name: str = "scripted", dimensions: int = 8) -> None:
        self.name = name
        self.requests: deque[ChatRequest] = deque(maxlen=_REMEMBERED)
        """The requests it saw, oldest first."""
        self._script = script
        self._next = 0
        self._dimensions = dimensions

    async def send(self, sent: Outgoing) -> bytes:
        """Say the next line. Raises the line where it is a failure, and UnusableAnswer when the script is over."""
        request = sent.request or read_request(sent.fields, sent.target.model)
        self.requests.append(request)
        line = self._say(request)
        if isinstance(line, UpstreamError):
            raise line
        reply = ScriptedReply(text=line) if isinstance(line, str) else line
        if reply.hangs:
            await asyncio.Event().wait()
        return write_completion(
            reply.text, model=sent.target.model, usage=reply.usage, finish_reason=reply.finish_reason
        )

    def stream(self, sent: Outgoing) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the next line as events."""
        return stream_whole(self.send(sent))

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return vectors of length one that depend on the text alone."""
        rows = [draw_vector(text, self._dimensions) for text in texts]
        vectors = np.array(rows, np.float32).reshape(len(rows), self._dimensions)
        usage = Usage(input_tokens=sum(map(estimate_tokens, texts)), is_estimated=True)
        return Embeddings(vectors=vectors, usage=usage, truncated=(False,) * len(rows), model=target.model)

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _say(self, request: ChatRequest) -> Line:
        if callable(self._script):
            return self._script(request)
        if self._next == len(self._script):
            raise UnusableAnswer(f"The script of {self.name!r} has {self._next} replies and was asked for one more.")
        self._next += 1
        return self._script[self._next - 1]


def draw_vector(text: str, dimensions: int) -> list[float]:
    """Return a vector of length one, always the same for the same text."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    drawn = np.random.default_rng(seed).normal(size=dimensions)
    return [float(value) for value in drawn / np.linalg.norm(drawn)]
