"""Errors in each wire's own shape, so that the official clients raise the class that a caller expects.

The clients choose the class by the HTTP status; `type` says the same in words. The server's doors write these.
"""

import msgspec

from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.sse import write_event

_SERVER_ERRORS = 500
_MESSAGES_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_OPENAI_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def write_error(
    wire: Wire, *, status: int, code: str, message: str, param: str | None = None, request_id: str | None = None
) -> bytes:
    """Return the JSON body of a failed answer with this HTTP status."""
    return msgspec.json.encode(
        _write(wire, status=status, code=code, message=message, param=param, request_id=request_id)
    )


def write_stream_error(
    wire: Wire, *, status: int, code: str, message: str, request_id: str | None = None, sequence_number: int = 0
) -> bytes:
    """Return the event that ends a stream which fails after its beginning; `status` is what it would have been before.

    `sequence_number` counts on for a responses stream.
    """
    if wire is Wire.RESPONSES:
        event = {"type": "error", "code": code, "message": message, "param": None, "sequence_number": sequence_number}
        return write_event(event, name="error")
    body = _write(wire, status=status, code=code, message=message, param=None, request_id=request_id)
    return write_event(body, name="error" if wire is Wire.MESSAGES else None)


def _write(
    wire: Wire, *, status: int, code: str, message: str, param: str | None, request_id: str | None
) -> dict[str, object]:
    if wire is Wire.MESSAGES:
        default = "api_error" if status >= _SERVER_ERRORS else "invalid_request_error"
        error: dict[str, object] = {"type": _MESSAGES_TYPES.get(status, default), "message": message}
        known: dict[str, object] = {"request_id": request_id} if request_id else {}
        return {"type": "error", "error": error} | known
    default = "server_error" if status >= _SERVER_ERRORS else "invalid_request_error"
    kind = _OPENAI_TYPES.get(status, default)
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
