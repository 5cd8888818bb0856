"""What a provider says went wrong, whatever shape it says it in, and which of our errors that is. Pure."""

import re
from collections.abc import Collection

import msgspec

from plimsoll.errors import ProviderBusy, ProviderRefused, ProviderUnpaid, RequestRejected
from plimsoll.gateway.wire import ReplyError

_MOST_SHOWN = 300
_KEY = re.compile(r"\b(?:sk|pk|rk|gsk|xai|AIza|Bearer)[-_ ]?[A-Za-z0-9_-]{16,}")
"""Access keys as providers write them. Some repeat the key that they refuse."""
_CLASSES: dict[int, type[ProviderRefused]] = {
    400: RequestRejected,
    402: ProviderUnpaid,
    413: RequestRejected,
    415: RequestRejected,
    422: RequestRejected,
    429: ProviderBusy,
}
_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The HTTP status that a provider would have sent with an error which it names so."""
_UNPAID = frozenset({"insufficient_quota", "billing_error", "billing_hard_limit_reached", "billing_not_active"})
"""What providers call an account without money, also under statuses that else ask to wait."""
_FAILED = range(400, 600)


class _Failure(msgspec.Struct):
    error: dict[str, object] | str | None = None
    message: str | None = None
    detail: str | None = None


def class_of(status: int, codes: Collection[str] = ()) -> type[ProviderRefused]:
    """Return the error that stands for an HTTP status of a provider and the codes that came with it."""
    return _CLASSES.get(status, ProviderRefused) if _UNPAID.isdisjoint(codes) else ProviderUnpaid


def refuse(provider: str, error: ReplyError) -> ProviderRefused:
    """Return the error for one that a provider sent as a success, or within a stream."""
    status = status_of(error)
    return class_of(status, (error.code, error.kind))(
        f"{provider!r} refused: {shorten(error.message)}.", upstream_status=status
    )


def status_of(error: ReplyError) -> int:
    """Return the HTTP status that fits an error which came without one; 0 where it does not say."""
    if error.code.isdecimal() and int(error.code) in _FAILED:
        return int(error.code)
    return _STATUSES.get(error.code) or _STATUSES.get(error.kind, 0)


def read_failure(body: bytes) -> str:
    """Return what a provider says went wrong, in one short line."""
    try:
        failure = msgspec.json.decode(body, type=_Failure)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return shorten(body.decode(errors="replace"))
    if failure.error is not None:
        return shorten(say_error(failure.error))
    return shorten(failure.message or failure.detail or body.decode(errors="replace"))


def read_codes(body: bytes) -> list[str]:
    """Return the codes of an error's JSON: its `code` and its `type`; none where it has another shape."""
    try:
        error = msgspec.json.decode(body, type=_Failure).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    return [str(error.get(name)) for name in ("code", "type")] if isinstance(error, dict) else []


def say_error(error: dict[str, object] | str) -> str:
    """Return the sentence of an error object."""
    return error if isinstance(error, str) else str(error.get("message") or error.get("code") or error)


def shorten(text: str) -> str:
    """Return the text on one line, cut to 300 characters, without a full stop and without what looks like a key."""
    line = _KEY.sub("***", " ".join(text.split()))
    return line.rstrip(".") if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]}…"
