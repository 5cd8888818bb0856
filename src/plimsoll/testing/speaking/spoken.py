"""A good answer as it goes over a wire: one body, or events. The wires build it, `acting` spoils it."""

import re
from enum import StrEnum

import msgspec

from plimsoll.testing.fault import Fault
from plimsoll.testing.seen import SeenRequest

Body = dict[str, object]

_WORDS = re.compile(r"\s*\S+|\s+")
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class Part(StrEnum):
    """What an event does in its stream."""

    ANSWER = "answer"
    """It begins the answer or brings a piece of it."""
    FINISH = "finish"
    """It says why the answer ended."""
    USAGE = "usage"
    """It brings the tokens and nothing else."""
    END = "end"
    """It ends the stream."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One server-sent event."""

    content: Body | str
    """Its JSON object, or its text."""
    name: str = ""
    """Its name; chat completions give none."""
    part: Part = Part.ANSWER
    """What it does."""

    def encode(self) -> bytes:
        """Return it as it goes over the wire."""
        text = self.content.encode() if isinstance(self.content, str) else msgspec.json.encode(self.content)
        return self.opening + text + b"\n\n"

    @property
    def opening(self) -> bytes:
        """Return what stands before its content."""
        return f"event: {self.name}\ndata: ".encode() if self.name else b"data: "


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A good answer to one request."""

    seen: SeenRequest
    """The request."""
    body: Body | bytes = b""
    """The whole answer: a JSON object, or bytes of another type."""
    content_type: str = "application/json"
    """What the body is."""
    events: tuple[Event, ...] = ()
    """The answer as a stream; where there are any, they are sent instead of the body."""
    usage: Body = {}
    """The tokens as a chunk of chat completions tells them; empty on other wires, which tell them on fixed events."""

    def encode(self) -> bytes:
        """Return the body as bytes."""
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)


def split_words(text: str) -> list[str]:
    """Cut a text into its words, each with the spaces before it; joined again they are the text."""
    return _WORDS.findall(text)


def say_error(seen: SeenRequest, fault: Fault) -> Body:
    """Return the body of an error in the shape of the wire."""
    if seen.path.endswith("/messages"):
        error = {"type": fault.code or _TYPES.get(fault.status, "api_error"), "message": fault.message}
        return {"type": "error", "error": error, "request_id": f"req_{seen.number}"}
    kind = _TYPES.get(fault.status, "server_error")
    return {"error": {"message": fault.message, "type": kind, "param": None, "code": fault.code}}


def say_error_event(seen: SeenRequest, fault: Fault) -> Event:
    """Return the event by which a stream says that it failed."""
    if seen.path.endswith("/responses"):
        said: Body = {"code": fault.code or "server_error", "message": fault.message, "param": None}
        return Event(name="error", content={"type": "error", **said, "sequence_number": fault.after})
    name = "error" if seen.path.endswith("/messages") else ""
    return Event(name=name, content=say_error(seen, fault))
