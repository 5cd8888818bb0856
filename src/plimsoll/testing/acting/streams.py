"""How each fault looks in an answer that is sent as server-sent events."""

from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from typing import cast

import msgspec

from plimsoll.testing.acting.script import Cut, Head, Pause, Script, Silence
from plimsoll.testing.acting.whole import answer_page, redirect, refuse, reset
from plimsoll.testing.fault import Fault, FaultKind
from plimsoll.testing.speaking.spoken import Body, Event, Part, Spoken, say_error_event

_HEAD = Head(headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"})
_SPLIT_BYTES = 11
_TOP_BITS = 0b1100_0000
_CONTINUES = 0b1000_0000
"""The top bits of a byte of UTF-8 that does not begin a character."""
_BETWEEN_WRITES = Pause(seconds=0.0005)
"""Long enough that a client on this machine reads what was written before more of it comes."""


def send_stream(spoken: Spoken) -> Script:
    """Send a good stream, one event a write."""
    return _send(spoken.events)


def _send(events: tuple[Event, ...]) -> Script:
    yield _HEAD
    for event in events:
        yield event.encode()


def _send_first(fault: Fault, spoken: Spoken) -> Script:
    """Send the events before a fault, and let the client read them before it strikes."""
    yield from _send(spoken.events[: fault.after])
    if fault.after:
        yield Pause(seconds=fault.seconds)


def _next_event(fault: Fault, spoken: Spoken) -> Event:
    """Return the event that a fault strikes: the one after those that go out well, or the last."""
    return spoken.events[min(fault.after, len(spoken.events) - 1)]


def _rest(fault: Fault, spoken: Spoken) -> Iterator[bytes]:
    """Return what follows the event that a fault struck."""
    return (event.encode() for event in spoken.events[fault.after + 1 :])


def _answer_late(fault: Fault, spoken: Spoken) -> Script:
    yield Pause(seconds=fault.seconds)
    yield from send_stream(spoken)


def _start_late(fault: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    yield Pause(seconds=fault.seconds)
    yield from islice(send_stream(spoken), 1, None)


def _hang(_: Fault, spoken: Spoken) -> Script:
    yield Silence()
    yield from send_stream(spoken)


def _reset(fault: Fault, spoken: Spoken) -> Script:
    if fault.after:
        yield from _send_first(fault, spoken)
    yield from reset(fault, spoken)


def _truncate(fault: Fault, spoken: Spoken) -> Script:
    yield from _cut_json(fault, spoken)
    yield Cut(is_reset=False)


def _cut_json(fault: Fault, spoken: Spoken) -> Script:
    yield from _send_first(fault, spoken)
    event = _next_event(fault, spoken).encode()
    yield event[: len(event) // 2]


def _break_event(fault: Fault, spoken: Spoken) -> Script:
    yield from _send_first(fault, spoken)
    yield _next_event(fault, spoken).opening + b"{'choices': [oops\n\n"
    yield from _rest(fault, spoken)


def _oversize(fault: Fault, spoken: Spoken) -> Script:
    yield from _send_first(fault, spoken)
    event = _next_event(fault, spoken)
    content = {**event.content, "padding": "x" * fault.size} if isinstance(event.content, dict) else event.content
    yield msgspec.structs.replace(event, content=content).encode()
    yield from _rest(fault, spoken)


def _drip(fault: Fault, spoken: Spoken) -> Script:
    yield from _send_first(fault, spoken)
    yield b":"  # a comment that never ends: bytes come, events do not
    while True:
        yield Pause(seconds=fault.seconds)
        yield b" "


def _stall(fault: Fault, spoken: Spoken) -> Script:
    yield from _send_first(fault, spoken)
    yield Silence()
    yield from (event.encode() for event in spoken.events[fault.after :])


def _fail_within(fault: Fault, spoken: Spoken) -> Script:
    yield from _send_first(fault, spoken)
    yield say_error_event(spoken.seen, fault).encode()


def _slow_down(fault: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    for number, event in enumerate(spoken.events):
        if number:
            yield Pause(seconds=fault.seconds)
        yield event.encode()


def _split(_: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    whole = b"".join(event.encode() for event in spoken.events)
    within_characters = {place for place, byte in enumerate(whole) if byte & _TOP_BITS == _CONTINUES}
    places = sorted({0, *range(0, len(whole), _SPLIT_BYTES), *within_characters, len(whole)})
    for start, end in pairwise(places):
        yield whole[start:end]
        yield _BETWEEN_WRITES


def _join(_: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    yield b"".join(event.encode() for event in spoken.events)


def _end_lines_twice(_: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    for event in spoken.events:
        yield event.encode().replace(b"\n", b"\r\n")


def _beat(_: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    for event in spoken.events:
        yield b": still here\n\n"
        yield event.encode()


def _omit_end(_: Fault, spoken: Spoken) -> Script:
    return _send(tuple(event for event in spoken.events if event.part is not Part.END))


def _finish_twice(_: Fault, spoken: Spoken) -> Script:
    yield _HEAD
    for event in spoken.events:
        yield event.encode()
        if event.part is Part.FINISH:
            yield event.encode()


def _omit_usage(_: Fault, spoken: Spoken) -> Script:
    return _send(_without_usage(spoken))


def _put_usage_on_choice(_: Fault, spoken: Spoken) -> Script:
    if not spoken.usage:
        return send_stream(spoken)
    return _send(
        tuple(_put_usage(event, spoken, is_here=event.part is Part.FINISH) for event in _without_usage(spoken))
    )


def _put_usage_in_middle(_: Fault, spoken: Spoken) -> Script:
    if not spoken.usage:
        return send_stream(spoken)
    events = _without_usage(spoken)
    middle = len([event for event in events if event.part is Part.ANSWER]) // 2
    return _send(tuple(_put_usage(event, spoken, is_here=place == middle) for place, event in enumerate(events)))


def _put_usage(event: Event, spoken: Spoken, *, is_here: bool) -> Event:
    if not is_here or isinstance(event.content, str):
        return event
    return msgspec.structs.replace(event, content={**event.content, "usage": spoken.usage})


def _without_usage(spoken: Spoken) -> tuple[Event, ...]:
    return tuple(
        msgspec.structs.replace(event, content=_strip(event.content)) if isinstance(event.content, dict) else event
        for event in spoken.events
        if event.part is not Part.USAGE
    )


def _strip(content: Body) -> Body:
    """Leave out `usage`, also where Anthropic and the responses API put it one level down."""
    rest = {name: value for name, value in content.items() if name != "usage"}
    for name in ("message", "response"):
        below = rest.get(name)
        if isinstance(below, dict):
            rest[name] = {key: value for key, value in cast("Body", below).items() if key != "usage"}
    return rest


STREAM_ACTS: dict[FaultKind, Callable[[Fault, Spoken], Script]] = {
    FaultKind.LATENCY: _answer_late,
    FaultKind.SLOW_START: _start_late,
    FaultKind.HANG: _hang,
    FaultKind.STATUS: refuse,
    FaultKind.RESET: _reset,
    FaultKind.TRUNCATED: _truncate,
    FaultKind.CUT_JSON: _cut_json,
    FaultKind.MALFORMED: _break_event,
    FaultKind.WRONG_TYPE: answer_page,
    FaultKind.NO_USAGE: _omit_usage,
    FaultKind.OVERSIZE: _oversize,
    FaultKind.DRIP: _drip,
    FaultKind.REDIRECT: redirect,
    FaultKind.STALL: _stall,
    FaultKind.END_EARLY: _send_first,
    FaultKind.ERROR_EVENT: _fail_within,
    FaultKind.SLOW_TOKENS: _slow_down,
    FaultKind.SPLIT: _split,
    FaultKind.JOINED: _join,
    FaultKind.CRLF: _end_lines_twice,
    FaultKind.HEARTBEATS: _beat,
    FaultKind.NO_DONE: _omit_end,
    FaultKind.TWO_FINISHES: _finish_twice,
    FaultKind.USAGE_ON_CHOICE: _put_usage_on_choice,
    FaultKind.USAGE_IN_MIDDLE: _put_usage_in_middle,
}
"""The kinds of fault that a stream can have, and their scripts."""
