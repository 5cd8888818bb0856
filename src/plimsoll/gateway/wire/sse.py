"""Server-sent events (WHATWG HTML, section 9.2): cut a stream into events, read and write one event.

The gateway passes events on byte for byte, so a cut never changes them. Lines end in LF or CRLF, also mixed; the lone
CR that the standard also allows is not a line end here, since no provider sends it.
"""

import re

import msgspec

from plimsoll.errors import UnusableAnswer

MOST_EVENT_BYTES = 16 * 1024 * 1024
"""Largest event that is read unless told otherwise: the last event of a responses stream repeats the whole answer."""
DONE = b"[DONE]"
"""What the last event of a chat stream says instead of JSON."""

_BLANK_LINE = re.compile(rb"\n\r?\n")
_OVERLAP_BYTES = 2
_ONE_LINE, _TWO_LINES = 2, 3  # line feeds of an event of so many lines, its blank line included


class EventSplitter:
    """Cuts the bytes of one stream into its events, however they arrive."""

    __slots__ = ("_most_bytes", "_rest", "_seen")

    def __init__(self, *, most_bytes: int = MOST_EVENT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._rest = bytearray()
        self._seen = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that `data` completes, each with the blank line that ends it.

        Raises UnusableAnswer for an event beyond the bound.
        """
        if not self._rest and _is_one_event(data) and len(data) <= self._most_bytes:
            return [data]
        self._rest += data
        events: list[bytes] = []
        begin = 0
        for match in _BLANK_LINE.finditer(self._rest, self._seen):
            self._check(match.end() - begin)
            events.append(bytes(self._rest[begin : match.end()]))
            begin = match.end()
        del self._rest[:begin]
        self._seen = max(0, len(self._rest) - _OVERLAP_BYTES)
        self._check(len(self._rest))
        return events

    def finish(self) -> bytes:
        """Return what came after the last complete event; empty where the stream ended as it should."""
        return bytes(self._rest)

    def _check(self, size: int) -> None:
        if size > self._most_bytes:
            raise UnusableAnswer(
                f"The provider's stream holds an event of more than {self._most_bytes} bytes.",
                next_step="Ask for a shorter answer, or raise the provider's `answer_bytes`.",
            )


def _is_one_event(data: bytes) -> bool:
    return data.endswith(b"\n\n") and data.find(b"\n\n") == len(data) - 2 and b"\r" not in data


def event_data(event: bytes) -> bytes:
    """Return the event's data, its lines joined by a line feed; empty for comments and heartbeats."""
    lines = event.count(b"\n") if event.endswith(b"\n\n") else 0
    if lines == _ONE_LINE and event.startswith(b"data: "):
        return event[6:-2].removesuffix(b"\r")
    if lines == _TWO_LINES and event.startswith(b"event: "):
        _, found, data = event.partition(b"\ndata: ")
        if found:
            return data[:-2].removesuffix(b"\r")
    return b"\n".join(_values(event, b"data"))


def event_name(event: bytes) -> bytes | None:
    """Return the event's name; None where it has none."""
    names = _values(event, b"event")
    return names[-1] if names else None


def _values(event: bytes, field: bytes) -> list[bytes]:
    values: list[bytes] = []
    for line in event.split(b"\n"):
        name, _, value = line.removesuffix(b"\r").partition(b":")
        if name == field:
            values.append(value.removeprefix(b" "))
    return values


def write_event(data: object, *, name: str | None = None) -> bytes:
    """Return the event that carries `data` as JSON."""
    head = b"event: " + name.encode() + b"\n" if name else b""
    return head + b"data: " + msgspec.json.encode(data) + b"\n\n"
