"""How a failed call is told: status, headers and body in the caller's wire, so that SDKs raise the right class.

The door calls it for everything that is raised. Defects are recorded in the log and show no content.
"""

import asyncio

import msgspec

from plimsoll.errors import PlimsollError, ProviderRefused
from plimsoll.gateway import Wire, write_error, write_stream_error
from plimsoll.records import Clock
from plimsoll.server.errors import describe_defect, headers_of, record_defect, stopping

_PASSED_ON = frozenset({400, 404, 409, 413, 415, 422})
"""Statuses of a provider that say something about the caller's request."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A failed call, as its caller sees it."""

    status: int
    """HTTP status."""
    code: str
    """The error's code."""
    message: str
    """What happened and what to do."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Headers that say how to go on."""

    def write(self, wire: Wire) -> bytes:
        """Return the body of the response."""
        return write_error(wire, status=self.status, code=self.code, message=self.message)

    def write_event(self, wire: Wire) -> bytes:
        """Return the event that ends a stream."""
        return write_stream_error(wire, status=self.status, code=self.code, message=self.message)


def describe_failure(error: BaseException, clock: Clock) -> Failure:
    """Return how a call failed; what is no error of the tree is logged as a defect under a reference."""
    if isinstance(error, asyncio.CancelledError):
        # Only a server that stops cancels a call whose caller is still there.
        error = stopping()
    if not isinstance(error, PlimsollError):
        message = describe_defect(record_defect(error, clock))
        return Failure(status=PlimsollError.http_status, code=PlimsollError.code, message=message)
    headers = [(name.encode(), value.encode()) for name, value in headers_of(error).items()]
    if error.trace_id is not None:
        headers.append((b"x-plimsoll-trace-id", error.trace_id.encode()))
    return Failure(status=_status_of(error), code=error.code, message=str(error), headers=tuple(headers))


def _status_of(error: PlimsollError) -> int:
    if isinstance(error, ProviderRefused) and error.upstream_status in _PASSED_ON:
        return error.upstream_status
    return error.http_status
