"""Answers that come in pieces, as the gateway hands them to its callers. Nothing is asked or counted here."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

import msgspec

from plimsoll.gateway.call import Receipt
from plimsoll.gateway.ending import write_receipt
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.wire import ReplyFacts


class ReplyStream:
    """An answer that comes as events. Iterate it once."""

    def __init__(
        self, events: AsyncGenerator[bytes], journal: Journal, *, facts: Callable[[], ReplyFacts | None]
    ) -> None:
        self._events = events
        self._journal = journal
        self._facts = facts

    @property
    def trace_id(self) -> str:
        """Return the call's trace."""
        return self._journal.trace_id

    @property
    def receipt(self) -> Receipt:
        """Return what the call has come to so far."""
        return write_receipt(self._journal, self._facts())

    def __aiter__(self) -> AsyncGenerator[bytes]:
        """Return the events: each item is one or several, complete, in the caller's wire."""
        return self._events


class RelayedReply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is passed on as it comes."""

    content_type: str
    """What the provider says it is."""
    chunks: AsyncIterator[bytes]
    """Its bytes, in pieces of any length. Iterate it once."""
    receipt: Receipt
    """What the call has come to until the answer began."""
