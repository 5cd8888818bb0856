"""Carries out calls that are answered as a stream: fall-back before the first token, and by policy after it.

The gateway calls it with a journal. A stream that breaks is replaced (`resume`, `restart`) or ended with an error
event; either way the journal says so, and what was produced is billed.
"""

from collections.abc import AsyncGenerator, Sequence
from functools import partial

import msgspec

from plimsoll.errors import InvalidRequest, PlimsollError, RequestRejected, UpstreamError
from plimsoll.gateway.call import Call
from plimsoll.gateway.calling import Ask, ask_in_turn, describe_failed, is_hasty, prepare, seconds_left
from plimsoll.gateway.continuation import (
    ChatContinuation,
    MessagesContinuation,
    SentBlocks,
    can_continue,
    continue_call,
)
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.provider import Outgoing
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.target_stream import TargetStream
from plimsoll.gateway.targets import Targets
from plimsoll.gateway.wire import ReplyFacts, Wire, write_stream_error


class Streaming:
    """One call that streams. `open` it, iterate `events`, and `close` it always."""

    def __init__(self, targets: Targets, journal: Journal) -> None:
        self._targets = targets
        self._journal = journal
        self._left: Sequence[ModelTarget] = ()
        self._current: TargetStream | None = None
        self._continuation: ChatContinuation | MessagesContinuation | None = None
        self._sent = SentBlocks()
        self._events = 0
        self._said = ""
        self.error: PlimsollError | None = None
        """What ended the stream early; None while it goes on, and when it ended well."""

    @property
    def facts(self) -> ReplyFacts | None:
        """Return what the answer says so far, over all targets that wrote it; None before the first one answers."""
        if self._current is None:
            return None
        facts = self._current.facts
        return msgspec.structs.replace(facts, text=self._said + facts.text) if self._said else facts

    async def open(self) -> None:
        """Open the first target that begins to answer. Raises as `ask_in_turn` does."""
        self._left = self._targets.ordered(self._journal.route)
        self._current = await self._open_next(self._journal.call)

    async def events(self) -> AsyncGenerator[bytes]:
        """Yield complete events, in the caller's wire, until the answer is over; a failure ends in an error event."""
        assert self._current is not None  # noqa: S101 - open() succeeded
        while True:
            broke: UpstreamError | None = None
            try:
                while (data := await self._current.next()) is not None:
                    said = self._join(data)
                    if said:
                        yield said
            except UpstreamError as error:
                broke = error
            if broke is None:
                return
            yield await self._replace(self._current, broke)
            if self.error is not None:
                return

    async def close(self) -> None:
        """End the call at the provider, and bill what was produced."""
        if self._current is not None:
            await self._current.close()

    def _join(self, data: bytes) -> bytes:
        """Return a target's events as the next ones of the caller's stream."""
        if self._continuation is not None:
            return self._continuation.feed(data)
        wire = self._journal.call.wire
        if wire is Wire.MESSAGES:
            self._sent.observe(data)
        elif wire is Wire.RESPONSES:
            self._events += data.count(b"\n\n")
        return data

    async def _replace(self, broken: TargetStream, error: UpstreamError) -> bytes:
        """Let another target go on; return the event that says so, or that the answer ends here."""
        journal, policy = self._journal, self._journal.route.policy
        if not is_hasty(error, policy.timeouts, had_seconds=seconds_left(journal)):
            self._targets.note_failure(broken.target, error, policy)
        journal.note("stream_broken", describe_failed(broken.target, error))
        await broken.close()
        restarts = policy.mid_stream == "restart"
        facts = broken.facts
        if isinstance(error, RequestRejected) or not self._may_go_on(facts, restarts=restarts):
            return self._give_up(error)
        said = "" if restarts else self._said + facts.text
        try:
            self._current = await self._open_next(continue_call(journal.call, said))
        except (UpstreamError, InvalidRequest) as failed:
            journal.target = broken.target
            return self._give_up(failed)
        self._said = said
        event = "stream_restarted" if restarts else "stream_resumed"
        journal.note(event, {"plimsoll.target": self._current.target.full_name})
        return self._begin_again(facts, restarts=restarts)

    def _may_go_on(self, facts: ReplyFacts, *, restarts: bool) -> bool:
        if self._journal.route.policy.mid_stream == "fail" or not self._left:
            return False
        return seconds_left(self._journal) > 0.0 and can_continue(self._journal.call, facts, restarts=restarts)

    def _begin_again(self, facts: ReplyFacts, *, restarts: bool) -> bytes:
        if self._journal.call.wire is Wire.MESSAGES:
            self._continuation = MessagesContinuation(self._sent)
        else:
            # After a second break the stream keeps the id that it began with.
            self._continuation = self._continuation or ChatContinuation(facts)
        return self._continuation.begin(restarts=restarts)

    def _give_up(self, error: PlimsollError) -> bytes:
        self.error = error
        return write_stream_error(
            self._journal.call.wire,
            status=error.http_status,
            code=error.code,
            message=str(error),
            sequence_number=self._events,
        )

    async def _open_next(self, call: Call) -> TargetStream:
        def ready(target: ModelTarget) -> "Ask[TargetStream]":
            return partial(self._start, call, prepare(call, self._journal.route, target))

        stream, self._left = await ask_in_turn(self._targets, self._journal, order=self._left, prepare=ready)
        return stream

    async def _start(self, call: Call, sent: Outgoing) -> TargetStream:
        stream = TargetStream(self._targets, self._journal, sent, call=call)
        try:
            await stream.start()
        except BaseException:
            await stream.close()
            raise
        return stream
