"""A bounded queue of spans and one task that sends it away. Requests never wait for it: what finds no room is counted.

It tries again as the protocol says, and says in the log when sending begins to fail and when it works again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence

import aiohttp
import msgspec

from plimsoll.records import Clock, Secret, Span
from plimsoll.traces.otlp_export.encode import count_rejected, encode_spans
from plimsoll.traces.otlp_export.outgoing import make_outgoing
from plimsoll.traces.otlp_export.patience import GIVE_UP_SECONDS, TRY_AGAIN, find_pause
from plimsoll.traces.queue import SpanQueue
from plimsoll.traces.rows import Redact

_LOG = logging.getLogger("plimsoll.traces.export")
_BOUND_CHARACTERS = 32 * 2**20
_BATCH = 512
_OK = 200
_LONGEST_ANSWER = 65_536
_FIXED_HEADERS = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}


class ExportHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How sending traces away goes."""

    sent: int
    """Spans that the receiver has taken."""
    dropped: int
    """Spans that were lost: no room, given up, or not kept by the receiver."""
    pending: int
    """Spans that wait to be sent."""
    last_error: str | None
    """Why the last attempt failed; None once one has succeeded again."""


class _Refused(Exception):
    """The receiver did not take a request."""

    def __init__(self, reason: str, *, is_final: bool, retry_after: str = "") -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.retry_after = retry_after


class SpanExporter:
    """Sends spans to one endpoint. `start` it in the loop that serves, `close` it at the end."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        headers: Mapping[str, Secret] | None = None,
        redact: Redact | None = None,
        bound: int = 10_000,
        flush_seconds: float = 1.0,
        timeout_seconds: float = 10.0,
    ) -> None:
        """Take where to and, with `redact`, that content goes out after it; without it only facts do."""
        self._url = url
        self._clock = clock
        self._headers = dict(headers or {})
        self._redact = redact
        self._queue = SpanQueue(bound=bound, bound_characters=_BOUND_CHARACTERS)
        self._flush_seconds = flush_seconds
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._sender: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._sent = 0
        self._last_error: str | None = None

    def put(self, span: Span) -> None:
        """Take the span without waiting, from any thread; it is dropped and counted where there is no room."""
        self._queue.put(span)

    def health(self) -> ExportHealth:
        """Return how sending goes."""
        return ExportHealth(
            sent=self._sent, dropped=self._queue.dropped, pending=len(self._queue), last_error=self._last_error
        )

    async def start(self) -> None:
        """Begin to send, in the background of this event loop; starting again does nothing."""
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_always(), name="plimsoll trace exporter")

    async def close(self, *, timeout_seconds: float = 5.0) -> None:
        """Send what waits, each request once more at most, and end; what is left is counted as dropped."""
        self._closing.set()
        if self._sender is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await self._sender
            self._sender = None
        if left := self._queue.close():
            _LOG.warning("%d spans could not be exported before the end and were dropped", left)

    async def _send_always(self) -> None:
        async with aiohttp.ClientSession(timeout=self._timeout) as http:
            is_last = False
            while not is_last:
                is_last = await self._closes_within(self._flush_seconds)
                while spans := self._queue.peek(_BATCH):
                    is_through = await self._send_or_give_up(http, spans)
                    if not is_through and self._closing.is_set():
                        return
                    self._queue.remove(len(spans))

    async def _send_or_give_up(self, http: aiohttp.ClientSession, spans: Sequence[Span]) -> bool:
        """Send the spans, again where that may help; return False when they were given up or the end came first."""
        try:
            body = await asyncio.to_thread(self._encode, spans)
        except (TypeError, ValueError) as error:
            # Protobuf takes less than a span may hold; the rest must go on all the same.
            self._note_failure(f"spans that cannot be written in protobuf ({type(error).__name__})")
            self._queue.refuse(len(spans))
            return True
        began, attempt = self._clock.monotonic(), 0
        while True:
            attempt += 1
            try:
                rejected = await self._post(http, body)
            except _Refused as refused:
                self._note_failure(str(refused))
                pause = find_pause(
                    attempt, refused.retry_after, now=self._clock.now(), first_seconds=self._flush_seconds
                )
                is_late = self._clock.monotonic() - began + pause > GIVE_UP_SECONDS
                if refused.is_final or is_late:
                    self._queue.refuse(len(spans))
                    return True
                if self._closing.is_set() or await self._closes_within(pause):
                    return False
                continue
            self._note_success(len(spans) - rejected, rejected)
            return True

    def _encode(self, spans: Sequence[Span]) -> bytes:
        return encode_spans([make_outgoing(span, self._redact) for span in spans])

    async def _post(self, http: aiohttp.ClientSession, body: bytes) -> int:
        """Send one request; return how many of its spans the receiver did not keep."""
        headers = _FIXED_HEADERS | {name: secret.reveal() for name, secret in self._headers.items()}
        try:
            async with http.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await response.content.read(_LONGEST_ANSWER)
                if response.status == _OK:
                    return count_rejected(answer)
                is_final = response.status not in TRY_AGAIN
                raise _Refused(
                    f"the receiver answered {response.status}",
                    is_final=is_final,
                    retry_after=response.headers.get("retry-after", ""),
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _Refused(f"the receiver cannot be reached ({type(error).__name__})", is_final=False) from error

    async def _closes_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        return self._closing.is_set()

    def _note_failure(self, reason: str) -> None:
        if self._last_error is None:
            _LOG.warning("traces cannot be exported: %s", reason)
        self._last_error = reason

    def _note_success(self, sent: int, rejected: int) -> None:
        if self._last_error is not None:
            _LOG.warning("traces are exported again; %d spans were dropped so far", self._queue.dropped)
        if rejected:
            self._queue.refuse(rejected)
        self._sent += sent
        self._last_error = None
