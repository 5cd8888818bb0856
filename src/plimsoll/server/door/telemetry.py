"""`POST /v1/traces` and `/v1/logs`: what other programs send about themselves by OTLP/HTTP, answered to its letter.

Every failure, also of the checks before, is told as a google.rpc.Status in the request's own encoding, and with a
status that senders understand: they try again after 429, 502, 503 and 504 and after no other.
"""

import math
from typing import Protocol

from plimsoll.errors import TooLarge
from plimsoll.project import Telemetry
from plimsoll.records import Principal
from plimsoll.server.auth import check_scope
from plimsoll.server.door.door import Endpoint
from plimsoll.server.door.exchange import Exchange, Header
from plimsoll.server.door.failure import Failure
from plimsoll.server.door.paths import LOGS, TRACES
from plimsoll.traces import EXPORT_BYTES, Form, Reply, Signal, find_form, too_large, write_answer, write_status

_UNSUPPORTED = 415
_UNAVAILABLE = 503
_DISK_FULL = 507
_TRY_AGAIN = frozenset({429, 502, _UNAVAILABLE, 504})
_SOON_SECONDS = 1.0
# RFC 9110, section 8.4.1.3: `x-gzip` is to be read as gzip.
_ENCODINGS = {b"": False, b"identity": False, b"gzip": True, b"x-gzip": True}
_TAKEN: Header = (b"accept-encoding", b"gzip")
_LONGEST_SHOWN = 80


class Receive(Protocol):
    """Keeps what an export request holds."""

    async def __call__(self, body: bytes, /, *, form: Form, is_gzip: bool, caller: Principal) -> Reply:
        """Return what was not kept and why."""
        ...


class TelemetryCalls:
    """Answers export requests of one signal."""

    def __init__(self, receive: Receive, signal: Signal) -> None:
        self._receive = receive
        self._signal: Signal = signal

    async def serve(self, exchange: Exchange, caller: Principal) -> None:
        """Keep what was sent and say what was not kept. Raises Forbidden and what `Telemetry` raises."""
        check_scope(caller, "telemetry")
        form = find_form(_header(exchange, b"content-type"))
        if form is None:
            await _refuse(exchange, f"is of type {_shown(exchange, b'content-type')}", "as " + " or ".join(Form))
            return
        is_gzip = _ENCODINGS.get(exchange.headers.get(b"content-encoding", b"").strip().lower())
        if is_gzip is None:
            await _refuse(exchange, f"is packed as {_shown(exchange, b'content-encoding')}", "plain or as gzip")
            return
        reply = await self._receive(exchange.body, form=form, is_gzip=is_gzip, caller=caller)
        body = write_answer(form, self._signal, refused=reply.refused, reasons=reply.reasons)
        await exchange.answer(body, content_type=form.value.encode())


def telemetry_endpoints(telemetry: Telemetry) -> dict[str, Endpoint]:
    """Return what stands behind the paths of the protocol."""
    return {
        TRACES: _endpoint(TelemetryCalls(telemetry.receive_spans, "spans")),
        LOGS: _endpoint(TelemetryCalls(telemetry.receive_logs, "logs")),
    }


def _endpoint(calls: TelemetryCalls) -> Endpoint:
    return Endpoint(serve=calls.serve, tell=tell_status, takes_packed=True, most_bytes=EXPORT_BYTES)


async def tell_status(exchange: Exchange, failure: Failure) -> None:
    """Answer with a failure as the protocol writes it."""
    # To senders 507 means never; a disk is emptied, and they should come back.
    status = _UNAVAILABLE if failure.status == _DISK_FULL else failure.status
    headers = dict(failure.headers)
    if status in _TRY_AGAIN:
        headers.setdefault(b"retry-after", b"%d" % math.ceil(_SOON_SECONDS))
    # The door's bound on bodies is a setting; this one is not, and the advice differs.
    message = str(too_large()) if status == TooLarge.http_status else failure.message
    await _tell(exchange, status, message=message, headers=list(headers.items()))


async def _refuse(exchange: Exchange, found: str, taken: str) -> None:
    await _tell(exchange, _UNSUPPORTED, message=f"The body {found}. Send it {taken}.", headers=[_TAKEN])


async def _tell(exchange: Exchange, status: int, *, message: str, headers: list[Header]) -> None:
    form = find_form(_header(exchange, b"content-type")) or Form.JSON
    body = write_status(form, http_status=status, message=message)
    await exchange.answer(body, status=status, content_type=form.value.encode(), headers=headers)


def _header(exchange: Exchange, name: bytes) -> str:
    return exchange.headers.get(name, b"").decode("latin-1")


def _shown(exchange: Exchange, name: bytes) -> str:
    return repr(_header(exchange, name)[:_LONGEST_SHOWN])
