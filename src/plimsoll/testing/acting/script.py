"""The steps in which an answer is sent, and the one function that takes them. Faults are written as such steps."""

import asyncio
import socket
import struct
from collections.abc import Iterator

import msgspec
from aiohttp import web

from plimsoll.testing.gate import Gate

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Send status and headers."""

    status: int = 200
    """HTTP status."""
    headers: dict[str, str]
    """Headers."""


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Send nothing for a while."""

    seconds: float
    """How long."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Send nothing until the client leaves or the test releases."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """End the connection."""

    is_reset: bool
    """True to reset it; False to close it as if all had been said."""


Step = bytes | Head | Pause | Silence | Cut
Script = Iterator[Step]


async def perform(script: Script, request: web.Request, gate: Gate) -> web.StreamResponse:
    """Send an answer step by step; without a `Cut` it ends well."""
    response = web.StreamResponse()
    for step in script:
        match step:
            case bytes():
                await response.write(step)
            case Head():
                response = web.StreamResponse(status=step.status, headers=step.headers)
                await response.prepare(request)
            case Pause():
                await asyncio.sleep(step.seconds)
            case Silence():
                await gate.wait_for_release()
            case Cut():
                _cut(request, step)
                return response
    await response.write_eof()
    return response


def _cut(request: web.Request, step: Cut) -> None:
    if request.transport is None:
        return
    if step.is_reset:
        connection: socket.socket = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        request.transport.abort()
    else:
        request.transport.close()
