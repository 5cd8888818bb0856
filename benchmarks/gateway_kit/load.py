"""The load: raw HTTP/1.1 requests over kept-alive connections, one request a connection at a time.

Used by the measurements. It checks of each answer its status and that the upstream's words are in it as often as they
were sent, and parses nothing else, so that a request costs little beside what a gateway needs.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import cast

import msgspec
from gateway_kit.upstream import MARK

ANSWER_SECONDS = 30.0
"""An answer that takes longer counts as an error."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
_EXCERPT = 300
_MOST_ERRORS = 100


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What every connection sends again and again."""

    port: int
    """Port on the loopback address."""
    payload: bytes
    """Head and body."""
    marks: int
    """How often the upstream's mark stands in a right answer."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How much is sent, and for how long."""

    connections: int
    """Requests under way at most."""
    seconds: float = 0.0
    """No request begins after this; 0 where `requests` ends the load."""
    requests: int = 0
    """Requests in all; 0 where `seconds` ends the load."""
    per_second: float = 0.0
    """Requests a second over all connections; 0 sends the next as soon as the last is answered."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    latencies: tuple[float, ...]
    """Seconds from sending a request to the end of its answer, in ascending order."""
    firsts: tuple[float, ...]
    """Seconds from sending a request to the first of the upstream's words, in ascending order."""
    seconds: float
    """From the first request to the last answer."""
    errors: tuple[str, ...]
    """What went wrong, one entry a request."""

    @property
    def per_second(self) -> float:
        """Return the answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0


class _Tally:
    """What all connections have seen so far, and whether they go on."""

    def __init__(self, pace: Pace) -> None:
        self.latencies: list[float] = []
        self.firsts: list[float] = []
        self.errors: list[str] = []
        self._pace = pace
        self._begun = 0
        self._started = time.perf_counter()

    def may_begin(self) -> bool:
        """Count one more request, unless the load has ended."""
        is_over = self._pace.seconds and time.perf_counter() - self._started >= self._pace.seconds
        is_done = self._pace.requests and self._begun >= self._pace.requests
        if is_over or is_done or self.is_hopeless():
            return False
        self._begun += 1
        return True

    def is_hopeless(self) -> bool:
        """Tell whether so much went wrong that asking further says nothing."""
        return len(self.errors) >= _MOST_ERRORS

    def load(self) -> Load:
        """Return the whole as it stands."""
        return Load(
            latencies=tuple(sorted(self.latencies)),
            firsts=tuple(sorted(self.firsts)),
            seconds=time.perf_counter() - self._started,
            errors=tuple(self.errors),
        )


class _Caller(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends again."""

    def __init__(self, request: Request, tally: _Tally, due: "_Due") -> None:
        self._request, self._tally, self._due = request, tally, due
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[bool] = self._loop.create_future()
        """True once the load is over, False when the server closed the connection between two requests."""
        self._received = bytearray()
        self._waits = False
        self._expected = 0
        self._sent_at = self._first_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request when it is due."""
        self._transport = cast("asyncio.Transport", transport)
        self._schedule()

    def _schedule(self) -> None:
        wait = self._due.wait_seconds(time.perf_counter())
        if wait > 0:
            self._loop.call_later(wait, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if self.ended.done():
            return
        if not self._tally.may_begin():
            self._end(is_over=True)
            return
        self._waits = True
        self._expected = 0
        self._first_at = 0.0
        self._sent_at = time.perf_counter()
        self._transport.write(self._request.payload)

    def data_received(self, data: bytes) -> None:
        """Take note of the first words; after the last byte, count the answer and send the next request."""
        self._received += data
        if not self._first_at and MARK in self._received:
            self._first_at = time.perf_counter()
        if not self._expected:
            self._expected = self._measure()
        if self._is_whole():
            self._count(time.perf_counter())

    def _measure(self) -> int:
        end = self._received.find(_HEAD_END)
        if end < 0:
            return 0
        found = _LENGTH.search(self._received, 0, end + 2)
        return end + len(_HEAD_END) + int(found[1]) if found else -1

    def _is_whole(self) -> bool:
        if self._expected < 0:
            return self._received.endswith(_LAST_CHUNK)
        return 0 < self._expected <= len(self._received)

    def _count(self, now: float) -> None:
        answer = bytes(self._received)
        self._received.clear()
        self._waits = False
        if not answer.startswith(b"HTTP/1.1 200") or answer.count(MARK) != self._request.marks:
            self._tally.errors.append(_describe(answer))
        else:
            self._tally.latencies.append(now - self._sent_at)
            self._tally.firsts.append(self._first_at - self._sent_at)
        self._schedule()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report a connection that broke under a request; one closed in between is opened again."""
        if self._waits:
            self._tally.errors.append(f"the connection broke: {exc!r}")
        self._end(is_over=False)

    def give_up_when_late(self, now: float) -> None:
        """End the connection when its answer takes too long."""
        if self._waits and now - self._sent_at > ANSWER_SECONDS:
            self._transport.abort()

    def _end(self, *, is_over: bool) -> None:
        if not self.ended.done():
            self.ended.set_result(is_over)
        self._transport.close()


def _describe(answer: bytes) -> str:
    head, _, body = answer.partition(_HEAD_END)
    status = head.partition(b"\r\n")[0]
    return f"{status.decode(errors='replace')}: {body[:_EXCERPT].decode(errors='replace')}"


class _Due:
    """When a connection's requests are due: evenly spaced, or at once."""

    def __init__(self, pace: Pace, index: int) -> None:
        self._interval = pace.connections / pace.per_second if pace.per_second else 0.0
        self._next = time.perf_counter() + self._interval * index / pace.connections

    def wait_seconds(self, now: float) -> float:
        """Return the seconds until the next request; a connection that is late skips what it missed."""
        if not self._interval:
            return 0.0
        due = max(self._next, now)
        self._next = due + self._interval
        return due - now


async def run_load(request: Request, pace: Pace) -> Load:
    """Send the request over all connections until the pace's end; return what came back."""
    tally = _Tally(pace)
    async with asyncio.TaskGroup() as group:
        for index in range(pace.connections):
            group.create_task(_keep_calling(request, tally, _Due(pace, index)))
    return tally.load()


async def _keep_calling(request: Request, tally: _Tally, due: _Due) -> None:
    loop = asyncio.get_running_loop()
    is_over = False
    while not is_over and not tally.is_hopeless():
        try:
            _, caller = await loop.create_connection(lambda: _Caller(request, tally, due), "127.0.0.1", request.port)
        except OSError as error:
            tally.errors.append(f"no connection: {error}")
            return
        while not caller.ended.done():
            await asyncio.wait([caller.ended], timeout=1.0)
            caller.give_up_when_late(time.perf_counter())
        is_over = caller.ended.result()


def quantile(ascending: Sequence[float], share: float) -> float:
    """Return the value that the share of values does not exceed; 0 without values."""
    if not ascending:
        return 0.0
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]
