"""What can go wrong with a provider, as records that `Upstream` acts out."""

from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    """A way in which a server misbehaves."""

    LATENCY = "latency"
    """It answers well, after `seconds`."""
    HANG = "hang"
    """It never answers; the connection stays open until the client or the test leaves."""
    STATUS = "status"
    """It answers with the HTTP status `status` and an error message."""
    RESET = "reset"
    """It cuts the connection without an answer."""
    TRUNCATED = "truncated"
    """It cuts the connection in the middle of the body."""
    CUT_JSON = "cut_json"
    """Its body ends in the middle of the JSON, and the connection ends well."""
    MALFORMED = "malformed"
    """Its body is no JSON."""
    WRONG_TYPE = "wrong_type"
    """It answers with a web page."""
    NO_USAGE = "no_usage"
    """It answers well and does not say how many tokens that took."""
    OVERSIZE = "oversize"
    """Its body has `size` bytes."""
    DRIP = "drip"
    """It sends a byte every `seconds` and never comes to an end."""
    REDIRECT = "redirect"
    """It sends the client to another address."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, for one request."""

    kind: FaultKind
    """What goes wrong."""
    seconds: float = 0.01
    """Time, for `latency` and `drip`."""
    status: int = 500
    """HTTP status, for `status`."""
    retry_after: str | None = None
    """The `Retry-After` header, for `status`."""
    message: str = "injected fault"
    """What the provider says, for `status`."""
    size: int = 1_000_000
    """Bytes, for `oversize`."""
