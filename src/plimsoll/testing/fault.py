"""What can go wrong with a provider, as records that `Upstream` acts out."""

from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    """A way in which a server misbehaves. In a stream most wait until `after` events went out well."""

    LATENCY = "latency"
    """It answers well, after `seconds` in which it sends nothing at all."""
    SLOW_START = "slow_start"
    """It sends its headers at once and the body, or the first event, after `seconds`."""
    HANG = "hang"
    """It never answers; the connection stays open until the client leaves, or the test calls `release`."""
    STATUS = "status"
    """It answers with the HTTP status `status` and an error message in the shape of the wire."""
    RESET = "reset"
    """It resets the connection: before an answer, or after `after` events of a stream."""
    TRUNCATED = "truncated"
    """It closes the connection in the middle of the body, or of the event that follows the first `after`."""
    CUT_JSON = "cut_json"
    """Its body, or the event that follows the first `after`, ends within the JSON, and the answer ends well."""
    MALFORMED = "malformed"
    """Its body is no JSON; in a stream, one event after the first `after` is none, and the others go on."""
    WRONG_TYPE = "wrong_type"
    """It answers with a web page."""
    NO_USAGE = "no_usage"
    """It answers well and does not say how many tokens that took."""
    OVERSIZE = "oversize"
    """Its body has `size` bytes; in a stream, one event after the first `after` has."""
    DRIP = "drip"
    """It sends a byte every `seconds` and never comes to an end; in a stream, after `after` events."""
    REDIRECT = "redirect"
    """It sends the client to another address."""

    STALL = "stall"
    """Streams only: silence after `after` events, until the client leaves, or the test calls `release`."""
    END_EARLY = "end_early"
    """Streams only: it ends well after `after` events, so that what says the end of the answer is missing."""
    ERROR_EVENT = "error_event"
    """Streams only: after `after` events it says in an event that it failed (`status`, `message`), and ends."""
    SLOW_TOKENS = "slow_tokens"
    """Streams only: `seconds` between any two events."""
    SPLIT = "split"
    """Streams only: events are spread over writes that end at odd places, within characters too."""
    JOINED = "joined"
    """Streams only: all events come in one write."""
    CRLF = "crlf"
    """Streams only: lines end with a carriage return and a line feed."""
    HEARTBEATS = "heartbeats"
    """Streams only: a comment stands before each event."""
    NO_DONE = "no_done"
    """Streams only: the last event is missing (`[DONE]`, `message_stop`), all others came."""
    TWO_FINISHES = "two_finishes"
    """Streams only: the event that says why the answer ended comes twice."""
    USAGE_ON_CHOICE = "usage_on_choice"
    """Streamed chat completions only: the tokens stand, asked for or not, on the chunk with the finish reason."""
    USAGE_IN_MIDDLE = "usage_in_middle"
    """Streamed chat completions only: the tokens stand on a chunk in the middle and nowhere else."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, for one request. One that only streams can have is kept for the next request that streams."""

    kind: FaultKind
    """What goes wrong."""
    model: str | None = None
    """Only requests for this model have it; None means any."""
    path: str | None = None
    """Only requests whose path ends like this have it (`/embeddings`); None means any."""
    after: int = 0
    """Events of a stream that go out well before it, for the kinds that strike within one."""
    seconds: float = 0.01
    """Time, for `latency`, `slow_start`, `slow_tokens` and `drip`; else between `after` and the fault."""
    status: int = 500
    """HTTP status, for `status` and `error_event`."""
    code: str | None = None
    """The provider's own word for the error (`context_length_exceeded`), for `status` and `error_event`."""
    retry_after: str | None = None
    """The `Retry-After` header, for `status`: seconds, or an HTTP date."""
    retry_after_ms: int | None = None
    """The `retry-after-ms` header, for `status`."""
    message: str = "injected fault"
    """What the provider says, for `status` and `error_event`."""
    size: int = 1_000_000
    """Bytes, for `oversize`."""
