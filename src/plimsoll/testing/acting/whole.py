"""How each fault looks in an answer that is sent whole."""

from collections.abc import Callable, Iterator

import msgspec

from plimsoll.testing.acting.script import Cut, Head, Pause, Script, Silence
from plimsoll.testing.fault import Fault, FaultKind
from plimsoll.testing.speaking.spoken import Spoken, say_error

_PIECE_BYTES = 16 * 1024
_JSON = "application/json"


def send_whole(spoken: Spoken) -> Script:
    """Send a good answer."""
    return _send(spoken.encode(), spoken.content_type)


def _send(body: bytes, content_type: str) -> Script:
    yield Head(headers={"Content-Type": content_type, "Content-Length": str(len(body))})
    yield from _cut_up(body)


def _cut_up(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]


def _answer_late(fault: Fault, spoken: Spoken) -> Script:
    yield Pause(seconds=fault.seconds)
    yield from send_whole(spoken)


def _start_late(fault: Fault, spoken: Spoken) -> Script:
    head, *body = send_whole(spoken)
    yield head
    yield Pause(seconds=fault.seconds)
    yield from body


def _hang(_: Fault, spoken: Spoken) -> Script:
    yield Silence()
    yield from send_whole(spoken)


def refuse(fault: Fault, spoken: Spoken) -> Script:
    """Answer with an HTTP error."""
    headers = {"Content-Type": _JSON, "request-id": f"req_{spoken.seen.number}"}
    if fault.retry_after is not None:
        headers["Retry-After"] = fault.retry_after
    if fault.retry_after_ms is not None:
        headers["retry-after-ms"] = str(fault.retry_after_ms)
    yield Head(status=fault.status, headers=headers)
    yield msgspec.json.encode(say_error(spoken.seen, fault))


def reset(_fault: Fault, _spoken: Spoken) -> Script:
    """Reset the connection before an answer."""
    yield Cut(is_reset=True)


def _truncate(_: Fault, spoken: Spoken) -> Script:
    body = spoken.encode()
    yield Head(headers={"Content-Type": spoken.content_type, "Content-Length": str(len(body))})
    yield body[: len(body) // 2]
    yield Cut(is_reset=False)


def _cut_json(_: Fault, spoken: Spoken) -> Script:
    body = spoken.encode()
    return _send(body[: len(body) // 2], spoken.content_type)


def _answer_nonsense(_: Fault, spoken: Spoken) -> Script:
    return _send(b"{'choices': [oops", spoken.content_type)


def answer_page(_fault: Fault, _spoken: Spoken) -> Script:
    """Answer with a web page."""
    return _send(b"<html>Please sign in.</html>", "text/html")


def _omit_usage(_: Fault, spoken: Spoken) -> Script:
    if isinstance(spoken.body, bytes):
        return send_whole(spoken)
    rest = {name: value for name, value in spoken.body.items() if name != "usage"}
    return _send(msgspec.json.encode(rest), spoken.content_type)


def _oversize(fault: Fault, spoken: Spoken) -> Script:
    if isinstance(spoken.body, bytes):
        return _send(spoken.body + b"x" * fault.size, spoken.content_type)
    return _send(msgspec.json.encode({**spoken.body, "padding": "x" * fault.size}), spoken.content_type)


def _drip(fault: Fault, spoken: Spoken) -> Script:
    yield Head(headers={"Content-Type": spoken.content_type})
    while True:
        yield b" "
        yield Pause(seconds=fault.seconds)


def redirect(_: Fault, spoken: Spoken) -> Script:
    """Send the client elsewhere. It is the same address, so that a client that follows is seen to do so."""
    elsewhere = f"http://{spoken.seen.headers['host']}{spoken.seen.path}"
    yield Head(status=307, headers={"Location": elsewhere, "Content-Length": "0"})


WHOLE_ACTS: dict[FaultKind, Callable[[Fault, Spoken], Script]] = {
    FaultKind.LATENCY: _answer_late,
    FaultKind.SLOW_START: _start_late,
    FaultKind.HANG: _hang,
    FaultKind.STATUS: refuse,
    FaultKind.RESET: reset,
    FaultKind.TRUNCATED: _truncate,
    FaultKind.CUT_JSON: _cut_json,
    FaultKind.MALFORMED: _answer_nonsense,
    FaultKind.WRONG_TYPE: answer_page,
    FaultKind.NO_USAGE: _omit_usage,
    FaultKind.OVERSIZE: _oversize,
    FaultKind.DRIP: _drip,
    FaultKind.REDIRECT: redirect,
}
"""The kinds of fault that a whole answer can have, and their scripts."""
