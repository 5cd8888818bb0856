"""One request to the door and its response: reads the body within its bound, sends, and notices callers who leave.

The door makes one a request; its endpoints answer through it. It knows nothing of models.
"""

import asyncio
from collections.abc import Awaitable, Sequence

from starlette.types import Receive, Scope, Send

from plimsoll.errors import InvalidRequest, TooLarge
from plimsoll.server.door.room import Room
from plimsoll.server.headers import BARE_HEADERS

JSON = b"application/json"
Header = tuple[bytes, bytes]
_LONGEST_SHOWN = 40
_EVENTS: Header = (b"content-type", b"text/event-stream; charset=utf-8")
# What nginx and its like read as: do not collect this before sending it.
_UNBUFFERED: Header = (b"x-accel-buffering", b"no")


class Exchange:
    """One request and its response."""

    __slots__ = (
        "_receive",
        "_send",
        "body",
        "has_begun",
        "headers",
        "held_bytes",
        "is_abandoned",
        "is_answered",
        "method",
        "path",
        "sends_events",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        """The request's headers, names in lower case."""
        self.body = b""
        """The request's body, once it was read."""
        self.held_bytes = 0
        """How much of it was read so far."""
        self.has_begun = False
        """Whether the head of the response is out; it cannot be taken back."""
        self.sends_events = False
        """Whether the response is a stream of events, which can end in one that says what went wrong."""
        self.is_answered = False
        """Whether the last byte of the response is out."""
        self.is_abandoned = False
        """Whether the caller left before that."""

    @property
    def declared_bytes(self) -> int | None:
        """Return the length of the body as the caller declared it; None where they did not."""
        declared = self.headers.get(b"content-length", b"")
        return int(declared) if declared.isdigit() else None

    async def read(self, *, most_bytes: int, room: Room, takes_packed: bool = False) -> None:
        """Read the whole body, held in the room. Raises TooLarge, Overloaded, or InvalidRequest when it breaks off."""
        if not takes_packed:
            self._refuse_packed()
        if (self.declared_bytes or 0) > most_bytes:
            raise _too_large(most_bytes)
        parts: list[bytes] = []
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_abandoned = True
                raise InvalidRequest("The caller went away before the request was complete.")
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
            self.held_bytes += len(parts[-1])
            room.hold(len(parts[-1]))
            if self.held_bytes > most_bytes:
                raise _too_large(most_bytes)
        self.body = parts[0] if len(parts) == 1 else b"".join(parts)

    async def attend(self, work: Awaitable[None]) -> None:
        """Do the work while its caller is there; once they leave it is cancelled, down to the provider's connection.

        Call it after `read`: from here on nothing but a caller's leaving is expected from them.
        """
        working = asyncio.current_task()
        assert working is not None  # noqa: S101 - a coroutine runs in a task
        watching = asyncio.create_task(self._watch(working))
        try:
            await work
        except asyncio.CancelledError:
            if not self.is_abandoned:
                raise
            working.uncancel()
        finally:
            watching.cancel()

    async def begin(self, headers: Sequence[Header], *, status: int = 200) -> None:
        """Send the head of the response."""
        self.has_begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": [*BARE_HEADERS, *headers]})

    async def begin_events(self, headers: Sequence[Header]) -> None:
        """Send the head of a stream of events."""
        self.sends_events = True
        await self.begin([_EVENTS, _UNBUFFERED, *headers])

    async def pass_on(self, content: bytes) -> None:
        """Send a piece of the body; waits while the caller reads slower than it comes."""
        await self._send({"type": "http.response.body", "body": content, "more_body": True})

    async def end(self, content: bytes = b"") -> None:
        """Send the last piece of the body."""
        # Said before it is sent: what the server tells us afterwards is no leaving.
        self.is_answered = True
        await self._send({"type": "http.response.body", "body": content, "more_body": False})

    async def answer(
        self, body: bytes, *, status: int = 200, content_type: bytes = JSON, headers: Sequence[Header] = ()
    ) -> None:
        """Send a whole response."""
        described = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *headers]
        await self.begin(described, status=status)
        await self.end(body)

    def _refuse_packed(self) -> None:
        packing = self.headers.get(b"content-encoding", b"identity")
        if packing != b"identity":
            raise InvalidRequest(
                f"The request's body is packed ({packing.decode('latin-1')[:_LONGEST_SHOWN]!r}), which is not taken.",
                next_step="Send it as it is, without `Content-Encoding`.",
            )

    async def _watch(self, working: "asyncio.Task[object]") -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self.is_answered:
            self.is_abandoned = True
            working.cancel("the caller has gone")


def _too_large(bound: int) -> TooLarge:
    return TooLarge(
        f"The request's body is larger than the {bound / 1e6:g} MB that this path takes.",
        next_step="Send less at once, or raise [limits] max_body_mb in plimsoll.toml.",
    )
