"""What a call came to: its receipt for the caller, its outcome for counting, its attributes for the span."""

import asyncio

from plimsoll.errors import PlimsollError
from plimsoll.gateway.call import Receipt
from plimsoll.gateway.describe import describe_reply, describe_use
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.wire import ReplyFacts
from plimsoll.records import Attribute

ANSWERED = "ok"
"""How a call that was answered is counted; others by the code of their error."""


def describe_ending(journal: Journal, facts: ReplyFacts | None) -> dict[str, Attribute]:
    """Return what was answered; without an answer only what was billed, if anything was."""
    attributes: dict[str, Attribute] = {}
    if facts is not None:
        attributes |= describe_reply(journal, facts)
    elif journal.bills:
        attributes |= describe_use(journal.usage, journal.cost_usd)
    if journal.attempts > 1:
        attributes["plimsoll.attempts"] = journal.attempts
    if journal.served != "model":
        attributes["plimsoll.served"] = journal.served
    return attributes


def write_receipt(journal: Journal, facts: ReplyFacts | None, *, rejected: str = "") -> Receipt:
    """Return what a call has come to so far."""
    return Receipt(
        trace_id=journal.trace_id,
        alias=journal.route.name,
        provider=journal.target.provider,
        model=(facts.model if facts else "") or journal.target.model,
        usage=journal.usage,
        cost_usd=journal.cost_usd,
        finish_reason=(facts.finish_reason if facts else "") or "",
        attempts=journal.attempts,
        served=journal.served,
        rejected=rejected,
        upstream_ms=journal.upstream_seconds * 1_000,
        total_ms=journal.seconds() * 1_000,
    )


def name_trace(error: BaseException, journal: Journal) -> str:
    """Tell an error of the tree which trace it ended, and return the label under which the failure is counted."""
    if isinstance(error, PlimsollError):
        error.trace_id = journal.trace_id
        return error.code
    return "cancelled" if isinstance(error, asyncio.CancelledError | GeneratorExit) else "defect"
