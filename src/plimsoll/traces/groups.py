"""Groups of spans whose sender waits until they are written: bounded, and written by whoever comes first, together.

`Capture.put_all` calls it. While one commit is under way, what arrives is gathered for the next: nobody waits for a
clock, and many small groups share one transaction.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.errors import OperatorError, Overloaded, StoreUnavailable
from plimsoll.records import Span
from plimsoll.traces.queue import FIXED_WEIGHT, weight_of
from plimsoll.traces.span_writer import Refused, SpanWriter

_RETRY_SECONDS = 1.0


@dataclass(frozen=True, eq=False)
class Group:
    """Spans that are written together, or not at all."""

    spans: Sequence[Span]
    """The spans."""
    weight: int
    """Their size in characters."""
    done: "asyncio.Future[int]"
    """Resolved with how many of them the database refused, or with why none of them was written."""


class GroupQueue:
    """Groups that wait to be written."""

    def __init__(self, *, bound: int, bound_characters: int) -> None:
        self._bound = bound
        self._bound_characters = bound_characters
        self._groups: deque[Group] = deque()
        self._spans = 0
        self._weight = 0
        self._is_closed = False
        self.turned_away = 0
        """Spans that were not taken, or not written, and whose sender was told so."""

    def __len__(self) -> int:
        return self._spans

    def put(self, spans: Sequence[Span], *, characters: int | None = None) -> Group:
        """Take a group, and hold its place until it is written. Raises Overloaded, StoreUnavailable once closed.

        Whoever knows how many characters the spans say tells it: counting them would touch each text once more.
        """
        weight = sum(map(weight_of, spans)) if characters is None else characters + FIXED_WEIGHT * len(spans)
        if self._is_closed:
            self.turned_away += len(spans)
            raise StoreUnavailable("The project is being closed.", next_step="Send the spans again in a moment.")
        is_too_many = self._spans + len(spans) > self._bound or self._weight + weight > self._bound_characters
        # A group larger than all the room passes when it is alone: it would otherwise never pass.
        if is_too_many and self._spans:
            self.turned_away += len(spans)
            raise Overloaded(
                f"{self._spans} spans wait to be written already, and {len(spans)} more do not fit.",
                next_step="Send them again in a second.",
                retry_after_seconds=_RETRY_SECONDS,
            )
        group = Group(spans, weight, asyncio.get_running_loop().create_future())
        self._groups.append(group)
        self._spans += len(spans)
        self._weight += weight
        return group

    def peek(self, count: int) -> list[Group]:
        """Return the first groups, as many as have `count` spans together, at least one, without taking them."""
        some: list[Group] = []
        for group in self._groups:
            count -= len(group.spans)
            if some and count < 0:
                break
            some.append(group)
        return some

    def resolve(self, groups: Sequence[Group], refused: Refused) -> None:
        """Take the first groups out and tell their senders how many of their spans, by their ids, were refused."""
        for group in self._take(groups):
            count = sum((span.trace_id, span.span_id) in refused for span in group.spans) if refused else 0
            if not group.done.done():
                group.done.set_result(count)

    def fail(self, groups: Sequence[Group], error: Exception) -> None:
        """Take the first groups out and tell their senders that they were not written."""
        for group in self._take(groups):
            self.turned_away += len(group.spans)
            if not group.done.done():
                group.done.set_exception(error)

    def close(self) -> None:
        """Take no more."""
        self._is_closed = True

    def _take(self, groups: Sequence[Group]) -> Sequence[Group]:
        for group in groups:
            self._groups.popleft()
            self._spans -= len(group.spans)
            self._weight -= group.weight
        return groups


class GroupCommit:
    """Writes groups of spans, and lets each sender wait for its own."""

    def __init__(self, writer: SpanWriter, *, queue: GroupQueue, batch: int) -> None:
        self._writer = writer
        self._queue = queue
        self._batch = batch
        self._committing: asyncio.Task[None] | None = None
        self.last_error: str | None = None
        """Why the last commit failed; None once one has succeeded again."""

    async def put(self, spans: Sequence[Span], *, characters: int | None = None) -> int:
        """Return once the spans are committed, with how many of them the database refused.

        A caller who is cancelled leaves them to be written all the same. Raises Overloaded when there is no room and
        StoreUnavailable when they could not be written: whoever sent them keeps them and sends them again.
        """
        if not spans:
            return 0
        group = self._queue.put(spans, characters=characters)
        # A task of its own: a sender who goes away must not take back what it commits for others.
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit(), name="plimsoll group commit")
        return await group.done

    async def close(self) -> None:
        """Take no more groups, and write those that wait; each of them is told how it went."""
        self._queue.close()
        if self._committing is not None:
            await self._committing

    async def _commit(self) -> None:
        while groups := self._queue.peek(self._batch):
            try:
                refused = await self._writer.write([span for group in groups for span in group.spans])
            except (OperatorError, Overloaded) as error:
                self.last_error = str(error)
                self._queue.fail(groups, _not_written(error))
            except BaseException:
                self._queue.fail(groups, StoreUnavailable("Writing the spans was broken off."))
                raise
            else:
                self.last_error = None
                self._queue.resolve(groups, refused)


def _not_written(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"The spans could not be written: {error}", next_step="Send them again in a moment.")
