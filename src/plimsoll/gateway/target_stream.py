"""One target's stream of events: opened, split, read, and put into its caller's wire, each read bounded in time.

`streaming` joins one or several of them into what a caller sees. What precedes the first content is held back, so that
a stream which dies early can still be replaced unseen.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec

from plimsoll.errors import ProviderTimeout, UnusableAnswer, UpstreamError
from plimsoll.gateway.call import Call
from plimsoll.gateway.calling import LEAST_SECONDS, late, seconds_left, was_worked_on
from plimsoll.gateway.estimate import guess_usage
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.patience import Patience
from plimsoll.gateway.provider import Outgoing
from plimsoll.gateway.providers.failure import refuse
from plimsoll.gateway.targets import Targets
from plimsoll.gateway.wire import (
    EventSplitter,
    ReplyFacts,
    StreamReader,
    StreamTranslator,
    Wire,
    ask_for_usage,
    is_usage_only,
    write_event,
)

_MOST_HELD = 1024 * 1024
_GRACE_SECONDS = 0.25
"""How long a stream that has said its last may take to close, so that its connection can serve again."""
_LAST_EVENTS = {
    Wire.CHAT: b"data: [DONE]\n\n",
    Wire.MESSAGES: write_event({"type": "message_stop"}, name="message_stop"),
    Wire.RESPONSES: b"",
}


class TargetStream:
    """The stream of one target. `start` it, then read it with `next` until that returns None; `close` it always."""

    def __init__(self, targets: Targets, journal: Journal, sent: Outgoing, *, call: Call) -> None:
        """Keep the request as it goes to the target, and the call that it comes from: events come in its wire."""
        self.target = sent.target
        self._call = call
        self._targets = targets
        self._journal = journal
        self._times = journal.route.policy.timeouts
        self._sent, self._withholds_usage = _with_usage(sent, call.wire)
        self._stack = AsyncExitStack()
        self._splitter = EventSplitter()
        self._reader = StreamReader(sent.wire)
        self._translator = None if sent.wire is call.wire else _translator(call, sent.wire, targets)
        self._chunks: AsyncIterator[bytes] | None = None
        self._patience = Patience()
        self._held = bytearray()
        self._failure: UpstreamError | None = None
        self._is_over = False
        self._is_billable = False

    @property
    def facts(self) -> ReplyFacts:
        """Return what the stream has said so far."""
        return self._reader.facts()

    async def start(self) -> None:
        """Read up to the first content. Raises the `UpstreamError`s."""
        times = self._times
        seconds = min(times.first_token_seconds, times.attempt_seconds, seconds_left(self._journal))
        began = self._targets.clock.monotonic()
        try:
            await self._read_first(max(LEAST_SECONDS, seconds))
        except BaseException as error:
            self._is_billable = was_worked_on(error) or self._reader.has_content
            raise
        finally:
            took = self._targets.clock.monotonic() - began
            self._journal.upstream_seconds += took
        self._is_billable = True
        self._targets.breaker(self.target).begin(took)

    async def next(self) -> bytes | None:
        """Return the next complete events, or None after the last. Raises the `UpstreamError`s.

        A stream that breaks after its answer was complete has not failed: it is given the end that it lacks.
        """
        if self._held:
            held, self._held = bytes(self._held), bytearray()
            return held
        if self._is_over:
            return None
        began = self._targets.clock.monotonic()
        try:
            return await self._read_in_time()
        except UpstreamError:
            if not self._reader.is_complete:
                raise
            return self._end()
        finally:
            self._journal.upstream_seconds += self._targets.clock.monotonic() - began

    async def close(self) -> None:
        """End the call at the provider, and bill what it took; once."""
        if self._is_billable:
            self._is_billable = False
            self._journal.bill(self.target, self.facts.usage or guess_usage(self._call, self.facts))
        self._patience.end()
        await self._stack.aclose()

    async def _read_first(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                provider = self._journal.route.providers[self.target.provider]
                self._chunks = await self._stack.enter_async_context(provider.stream(self._sent))
                while not (self._reader.has_content or self._reader.is_complete):
                    data = await self._read()
                    if data is None or len(self._held) > _MOST_HELD:
                        break
                    self._held += data
        except TimeoutError as error:
            raise late(self.target, seconds) from error
        if self._failure is not None:
            # It came in one piece with the first content: nobody has seen either.
            raise self._failure
        if not (self._reader.has_content or self.facts.finish_reason):
            raise UnusableAnswer(f"The stream of {self.target.provider!r} holds no answer.")

    async def _read_in_time(self) -> bytes | None:
        if self._reader.has_ended:
            return await self._drain()
        left = seconds_left(self._journal)
        seconds = min(self._times.between_chunks_seconds, left)
        try:
            data = await self._patience.wait(self._read(), seconds=max(LEAST_SECONDS, seconds))
        except TimeoutError as error:
            said = f"fell silent for {seconds:g} s within its answer" if seconds < left else "did not end in time"
            raise ProviderTimeout(f"{self.target.provider!r} {said}.") from error
        return self._end() if data is None else data

    async def _drain(self) -> bytes | None:
        """Wait for the end of a stream that has said its last."""
        assert self._chunks is not None  # noqa: S101 - start() opened it
        with contextlib.suppress(TimeoutError, UpstreamError):
            async with asyncio.timeout(_GRACE_SECONDS):
                while await anext(self._chunks, None) is not None:
                    pass
        return self._end()

    async def _read(self) -> bytes | None:
        """Return what the next reads complete, or None at the end; empty reads are skipped."""
        assert self._chunks is not None  # noqa: S101 - start() opened it
        while True:
            if self._failure is not None:
                raise self._failure
            data = await anext(self._chunks, None)
            if data is None:
                return None
            out = self._take(data)
            if out:
                return out

    def _take(self, data: bytes) -> bytes:
        """Return what the data completes. A failure within it is raised only after what came before it went out."""
        said: list[bytes] = []
        try:
            for event in self._splitter.feed(data):
                self._reader.observe(event)
                if self._reader.error is not None:
                    raise refuse(self.target.provider, self._reader.error)
                self._say(event, said)
        except UpstreamError as error:
            self._failure = error
        return said[0] if len(said) == 1 else b"".join(said)

    def _say(self, event: bytes, said: list[bytes]) -> None:
        if self._translator is not None:
            said += self._translator.feed(event)
        elif not (self._withholds_usage and is_usage_only(event)):
            said.append(event)

    def _end(self) -> bytes | None:
        """Return what the end of a whole answer lacks; raises UnusableAnswer where the answer is not whole."""
        self._is_over = True
        if not self._reader.is_complete:
            raise UnusableAnswer(f"The stream of {self.target.provider!r} ended before the answer did.")
        self._targets.breaker(self.target).succeed()
        if self._translator is not None:
            return b"".join(self._translator.finish()) or None
        return None if self._reader.has_ended else _LAST_EVENTS[self._sent.wire] or None


def _with_usage(sent: Outgoing, wire: Wire) -> tuple[Outgoing, bool]:
    """Return the request asking for token counts, and whether its caller must not see them."""
    if sent.wire is not Wire.CHAT:
        return sent, False
    asked = ask_for_usage(sent.fields)
    return msgspec.structs.replace(sent, fields=asked.fields), not asked.by_caller and wire is Wire.CHAT


def _translator(call: Call, source: Wire, targets: Targets) -> StreamTranslator:
    return StreamTranslator(
        source,
        call.wire,
        include_usage=call.wire is Wire.CHAT and ask_for_usage(call.fields).by_caller,
        created_seconds=int(targets.clock.now().timestamp()),
    )
