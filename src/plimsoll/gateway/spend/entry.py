"""What one model call cost, and the reservation that was made for it."""

from datetime import datetime

import msgspec

from plimsoll.records import LOCAL_TENANT


class SpendEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger: an attempt at a model that was or may have been billed."""

    at: datetime
    """When it ended, in UTC."""
    subject: str
    """Who called: the principal's id."""
    tenant: str = LOCAL_TENANT
    """Whose call it was."""
    groups: frozenset[str] = frozenset()
    """The caller's groups at that time."""
    feature: str | None = None
    """The feature that called; None for a direct call."""
    alias: str
    """The name that was asked for."""
    provider: str
    """Who ran the model."""
    model: str
    """The model that ran."""
    input_tokens: int = 0
    """Tokens read, cached ones included."""
    output_tokens: int = 0
    """Tokens written, reasoning included."""
    cached_input_tokens: int = 0
    """The part of the input that was read from the provider's cache."""
    cache_write_tokens: int = 0
    """The part of the input that was written to the provider's cache."""
    reasoning_tokens: int = 0
    """The part of the output that was reasoning."""
    cost_usd: float | None = None
    """What it cost; None when the price is not known."""
    is_estimated: bool = False
    """True when the provider did not say how many tokens it was."""
    trace_id: str | None = None
    """The trace of the request."""
    outcome: str = "answered"
    """How it ended."""


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """Money set aside for one call. It ends in `SpendLedger.settle` or `release`, or by itself when it expires."""

    reservation_id: int
    """What its ledger knows it by."""
    amount_usd: float
    """The most that the call may cost."""
    ends_at: datetime
    """When it expires, in UTC: a call that settles later is charged in full but was no longer covered."""
    accounts: tuple[str, ...]
    """The accounts that it is charged to."""


class LedgerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a ledger fares."""

    pending: int
    """Entries that are settled and not yet in the database."""
    open_reservations: int
    """Reservations of calls that are under way."""
    expired_reservations: int
    """Reservations that ended by themselves, since the start."""
    dropped: int
    """Entries that were lost; 0 while the process lives."""
    last_error: str
    """Why the last write failed; empty when it did not."""
