"""Join the texts of callers who ask at the same time into requests of the provider's size; each gets their own.

The gateway has one batcher a target and set of parameters. It neither caches nor retries: `call` does what it does.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence

import msgspec
import numpy as np

from plimsoll.errors import Overloaded, UnusableAnswer
from plimsoll.gateway.cache.coalesce import copy_error
from plimsoll.gateway.chat import Embeddings
from plimsoll.gateway.embedding.shares import share_tokens
from plimsoll.records import Usage

EmbedCall = Callable[[Sequence[str]], Awaitable[Embeddings]]
"""Asks the provider for the vectors of texts, in one request, under its own deadline."""


class BatchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider takes in one request, and how much is under way."""

    max_texts: int = 256
    """Most texts in one request."""
    max_characters: int = 300_000
    """Most characters in one request; a single longer text goes alone."""
    window_seconds: float = 0.0
    """How long the first text waits for company; 0: until the event loop has run what is ready."""
    max_calls: int = 8
    """Most requests at a time."""
    max_waiting: int = 100_000
    """Most texts that wait; a caller who would exceed it is refused."""


class _Piece(msgspec.Struct, frozen=True, eq=False):
    """Texts of one caller that travel together, and where their vectors are awaited."""

    texts: tuple[str, ...]
    characters: int
    slot: "asyncio.Future[Embeddings]"


class EmbeddingBatcher:
    """Embeds texts of many callers in few requests."""

    def __init__(self, call: EmbedCall, limits: BatchLimits | None = None) -> None:
        """Keep how the provider is asked and what it takes."""
        self._call = call
        self._limits = limits or BatchLimits()
        self._waiting: deque[_Piece] = deque()
        self._texts_waiting = 0
        self._calls: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Handle | None = None

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return the vectors of at least one text, in order, with this caller's share of tokens and cost.

        Cancelling leaves other callers alone; a request that nobody waits for any more is cancelled. Raises Overloaded
        where too many texts wait, UnusableAnswer for a reply of another length, and what `call` raises: every caller
        with a text in that request gets an error of their own.
        """
        self._require_room(len(texts))
        loop = asyncio.get_running_loop()
        pieces = [_Piece(part, sum(map(len, part)), loop.create_future()) for part in split_texts(texts, self._limits)]
        self._waiting.extend(pieces)
        self._texts_waiting += len(texts)
        self._arrange(loop)
        slots = [piece.slot for piece in pieces]
        try:
            await asyncio.wait(slots, return_when=asyncio.FIRST_EXCEPTION)
            return join_replies(read_slots(slots))
        finally:
            for slot in slots:
                slot.cancel()

    async def close(self) -> None:
        """Cancel every request; who still waits is cancelled as well."""
        for piece in self._waiting:
            piece.slot.cancel()
        self._waiting.clear()
        self._texts_waiting = 0
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        if calls:
            await asyncio.wait(calls)

    def _require_room(self, more: int) -> None:
        if self._texts_waiting + more > self._limits.max_waiting:
            self._waiting = deque(piece for piece in self._waiting if not piece.slot.done())
            self._texts_waiting = sum(len(piece.texts) for piece in self._waiting)
        if self._texts_waiting + more > self._limits.max_waiting:
            raise Overloaded(
                f"{self._texts_waiting} texts wait for their vectors; {more} more would exceed"
                f" {self._limits.max_waiting}.",
                next_step="Send fewer texts at once, or later.",
            )

    def _arrange(self, loop: asyncio.AbstractEventLoop) -> None:
        """See that waiting texts are sent: at once where they fill a request, else when the window closes."""
        if self._texts_waiting >= self._limits.max_texts:
            self._send()
        elif self._timer is None:
            window = self._limits.window_seconds
            self._timer = loop.call_later(window, self._close_window) if window else loop.call_soon(self._close_window)

    def _close_window(self) -> None:
        self._timer = None
        self._send()

    def _send(self) -> None:
        """Start requests while texts wait and more requests may run."""
        while len(self._calls) < self._limits.max_calls:
            batch = self._take_batch()
            if not batch:
                return
            task = asyncio.create_task(self._ask(batch))
            self._calls.add(task)
            task.add_done_callback(self._end_call)
            for piece in batch:
                piece.slot.add_done_callback(lambda _, task=task, batch=batch: cancel_unwanted(task, batch))

    def _end_call(self, task: "asyncio.Task[None]") -> None:
        self._calls.discard(task)
        self._send()

    def _take_batch(self) -> list[_Piece]:
        """Take the pieces that have waited longest, as many as one request holds; cancelled ones are dropped."""
        batch: list[_Piece] = []
        texts = characters = 0
        while self._waiting:
            first = self._waiting[0]
            if not first.slot.done():
                texts, characters = texts + len(first.texts), characters + first.characters
                if batch and (texts > self._limits.max_texts or characters > self._limits.max_characters):
                    break
                batch.append(first)
            self._waiting.popleft()
            self._texts_waiting -= len(first.texts)
        return batch

    async def _ask(self, batch: Sequence[_Piece]) -> None:
        """Make one request and hand out what it gives."""
        try:
            reply = await self._call([text for piece in batch for text in piece.texts])
            shares = split_reply(reply, batch)
        except asyncio.CancelledError:
            for piece in batch:
                piece.slot.cancel()
            raise
        except Exception as error:  # noqa: BLE001  whatever the call raises belongs to those who wait for it
            for piece in batch:
                fail(piece.slot, error)
            return
        for piece, share in zip(batch, shares, strict=True):
            if not piece.slot.done():
                piece.slot.set_result(share)


def split_texts(texts: Sequence[str], limits: BatchLimits) -> Iterator[tuple[str, ...]]:
    """Yield texts in order, in parts that fit one request each."""
    part: list[str] = []
    characters = 0
    for text in texts:
        if part and (len(part) >= limits.max_texts or characters + len(text) > limits.max_characters):
            yield tuple(part)
            part, characters = [], 0
        part.append(text)
        characters += len(text)
    yield tuple(part)


def cancel_unwanted(task: "asyncio.Task[None]", batch: Sequence[_Piece]) -> None:
    """Cancel a request once nobody waits for any text in it."""
    if not task.done() and all(piece.slot.cancelled() for piece in batch):
        task.cancel()


def fail(slot: "asyncio.Future[Embeddings]", error: Exception) -> None:
    """Give a waiting caller a copy of the error that the request met."""
    if not slot.done():
        slot.set_exception(copy_error(error))
        slot.exception()


def read_slots(slots: "Sequence[asyncio.Future[Embeddings]]") -> list[Embeddings]:
    """Return what the slots hold, or raise the error of one of them; the others may still be open then."""
    for slot in slots:
        error = slot.exception() if slot.done() and not slot.cancelled() else None
        if error is not None:
            raise error
    return [slot.result() for slot in slots]


def split_reply(reply: Embeddings, batch: Sequence[_Piece]) -> list[Embeddings]:
    """Return each piece's part of a reply. Tokens and cost are shared by length and add up to the whole."""
    expected = sum(len(piece.texts) for piece in batch)
    if len(reply.vectors) != expected or len(reply.truncated) != expected:
        raise UnusableAnswer(
            f"The model {reply.model!r} returned {len(reply.vectors)} vectors for {expected} texts.",
            next_step="Ask again, or choose another model.",
        )
    tokens = share_tokens(reply.usage.input_tokens, [piece.characters for piece in batch])
    parts: list[Embeddings] = []
    start = 0
    for piece, read in zip(batch, tokens, strict=True):
        end = start + len(piece.texts)
        share = read / reply.usage.input_tokens if reply.usage.input_tokens else 1 / len(batch)
        parts.append(
            Embeddings(
                vectors=reply.vectors[start:end],
                usage=Usage(input_tokens=read, is_estimated=reply.usage.is_estimated),
                truncated=reply.truncated[start:end],
                model=reply.model,
                cost_usd=None if reply.cost_usd is None else reply.cost_usd * share,
            )
        )
        start = end
    return parts


def join_replies(parts: Sequence[Embeddings]) -> Embeddings:
    """Return the parts of one caller's texts as one reply; its cost is unknown where one part's is."""
    if len(parts) == 1:
        return parts[0]
    costs = [part.cost_usd for part in parts if part.cost_usd is not None]
    return Embeddings(
        vectors=np.concatenate([part.vectors for part in parts]),
        usage=sum((part.usage for part in parts), Usage()),
        truncated=tuple(cut for part in parts for cut in part.truncated),
        model=parts[0].model,
        cost_usd=sum(costs) if len(costs) == len(parts) else None,
    )
