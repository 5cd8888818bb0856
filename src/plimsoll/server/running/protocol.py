"""HTTP/1.1 as uvicorn reads it, with bounds on a request's head and with answers gathered before they are sent.

`run` serves with it. A head is read before anything can be known of its caller, so it is small and comes soon.
"""

import asyncio
from http import HTTPStatus
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from plimsoll.server.running.sending import GatheringTransport

MOST_HEAD_BYTES = 65_536
"""Largest head: the request line with its headers. A piece that also completes the head may be a little larger."""
_HEAD_SECONDS = 20.0
"""A head that was begun must be complete by then."""


class Http(HttpToolsProtocol):
    """One connection."""

    head_seconds = _HEAD_SECONDS
    """How long a head may take once it was begun."""
    _is_in_head = False
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wrap the transport."""
        super().connection_made(GatheringTransport(cast("asyncio.Transport", transport)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop the timer."""
        self._drop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; refuse a head that does not end."""
        super().data_received(data)
        if not self._is_in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def on_message_begin(self) -> None:
        """Count the head from here."""
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Bound the head no more."""
        self._is_in_head = False
        if self._head_timer is not None:
            self._drop_timer()
        super().on_headers_complete()

    def _drop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: HTTPStatus) -> None:
        self._drop_timer()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode())
        self.transport.close()
