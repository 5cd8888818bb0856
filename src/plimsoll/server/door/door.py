"""The door itself: finds the endpoint of a path, and passes what is not the door's on to the rest of the server.

Every call passes, in this order: the guard against foreign pages, the bound on calls at once, authentication, the bound
on its body, its endpoint. Each can end it, and whatever is raised is answered in the caller's wire.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.errors import DeadlinePassed
from plimsoll.gateway import Wire
from plimsoll.records import Clock, Principal
from plimsoll.server.door.callers import Callers
from plimsoll.server.door.exchange import Exchange
from plimsoll.server.door.failure import Failure, describe_failure
from plimsoll.server.door.joining import joined_to_caller
from plimsoll.server.door.models import SPEAKS_ANTHROPIC
from plimsoll.server.door.room import Room
from plimsoll.server.door.visits import Visits
from plimsoll.server.limits import Limits

_METHOD_NOT_ALLOWED = 405
_ANY = "{id}"
_LAST_WORD_SECONDS = 5.0
Serve = Callable[[Exchange, Principal], Awaitable[None]]
Tell = Callable[[Exchange, Failure], Awaitable[None]]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind one path."""

    serve: Serve
    """Answers a request whose body is read."""
    wire: Wire | None = None
    """In whose words its errors are written; None: Anthropic's where the request is of its SDK, else OpenAI's."""
    method: str = "POST"
    """The only method that it takes."""
    tell: Tell | None = None
    """Writes its errors; None: they are written in the words of the wire."""
    takes_packed: bool = False
    """Whether it unpacks bodies itself."""
    most_bytes: int | None = None
    """Its own bound on a body; None: that of `[limits] max_body_mb`."""


class Door:
    """ASGI application in front of another."""

    def __init__(
        self,
        inner: ASGIApp,
        endpoints: Mapping[str, Endpoint],
        *,
        callers: Callers,
        visits: Visits,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._inner = inner
        self._endpoints = dict(endpoints)
        self._prefixes = {path.removesuffix(_ANY): path for path in endpoints if path.endswith(_ANY)}
        self._callers = callers
        self._visits = visits
        self._limits = limits
        self._clock = clock
        self._room = Room(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the door's paths; pass any other on."""
        endpoint = self._find(scope["path"]) if scope["type"] == "http" else None
        if endpoint is None:
            await self._inner(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        try:
            self._visits.check(exchange.headers)
            if exchange.method != endpoint.method:
                await self._refuse_method(exchange, endpoint)
            else:
                await self._admit(exchange, endpoint)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the boundary of a request
            await self._fail(exchange, endpoint, describe_failure(error, self._clock))

    def _find(self, path: str) -> Endpoint | None:
        endpoint = self._endpoints.get(path)
        if endpoint is None:
            known = next((known for prefix, known in self._prefixes.items() if path.startswith(prefix)), None)
            endpoint = self._endpoints[known] if known else None
        return endpoint

    async def _admit(self, exchange: Exchange, endpoint: Endpoint) -> None:
        self._room.enter()
        try:
            caller = await self._callers.find(exchange.headers)
            await self._read(exchange, endpoint)
            with joined_to_caller(exchange.headers):
                await exchange.attend(endpoint.serve(exchange, caller))
        finally:
            self._room.leave(exchange.held_bytes)

    async def _read(self, exchange: Exchange, endpoint: Endpoint) -> None:
        most_bytes = endpoint.most_bytes or self._limits.upload_bytes
        seconds = self._limits.request_seconds
        if exchange.declared_bytes is None or exchange.declared_bytes > self._limits.body_bytes:
            seconds = self._limits.upload_seconds
        try:
            async with asyncio.timeout(seconds):
                await exchange.read(most_bytes=most_bytes, room=self._room, takes_packed=endpoint.takes_packed)
        except TimeoutError as error:
            raise DeadlinePassed(f"The request's body did not arrive within {seconds:g} s.") from error

    async def _refuse_method(self, exchange: Exchange, endpoint: Endpoint) -> None:
        message = f"{exchange.path!r} does not take {exchange.method}. It takes {endpoint.method}."
        allow = ((b"allow", endpoint.method.encode()),)
        failure = Failure(status=_METHOD_NOT_ALLOWED, code="invalid_request", message=message, headers=allow)
        await self._fail(exchange, endpoint, failure)

    async def _fail(self, exchange: Exchange, endpoint: Endpoint, failure: Failure) -> None:
        """Tell the caller; half a stream of events ends in one that says so, half of anything else is cut off."""
        if exchange.is_abandoned or exchange.is_answered:
            return
        # A caller who does not read would keep us waiting for ever: they need not hear why.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORD_SECONDS):
                if endpoint.tell is not None:
                    await endpoint.tell(exchange, failure)
                else:
                    await _tell_in_wire(exchange, failure, endpoint.wire)


async def _tell_in_wire(exchange: Exchange, failure: Failure, wire: Wire | None) -> None:
    wire = wire or (Wire.MESSAGES if SPEAKS_ANTHROPIC in exchange.headers else Wire.CHAT)
    if exchange.sends_events:
        await exchange.end(failure.write_event(wire))
    elif not exchange.has_begun:
        await exchange.answer(failure.write(wire), status=failure.status, headers=failure.headers)
