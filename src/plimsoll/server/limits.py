"""Bounds on what one request, and all requests together, may take: size, time, number.

`Admission` counts requests and gives each a deadline; `Intake` reads bodies up to a bound and cancels the work of
callers who have gone. What a caller may spend is no business of this file.
"""

import asyncio

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.errors import DeadlinePassed, InvalidRequest, Overloaded, TooLarge
from plimsoll.server.live import LIVE_PATH

UPLOAD_PATHS = frozenset({"/api/ingest", "/knowledge"})
"""Paths that take files: larger bodies, more time, and only a few at once."""
_SYNCHRONISING = "/confirm"
"""How paths end whose work is an ingestion too."""
_ALWAYS_ADMITTED = ("/health/", "/static/", "/metrics", LIVE_PATH)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of one server."""

    concurrent_requests: int = 64
    """Requests worked on at once; more are answered with 429."""
    concurrent_calls: int = 1_000
    """Calls of models through `/v1` worked on at once; more are answered with 429."""
    request_seconds: float = 60.0
    """Deadline of one request, reading its body included."""
    body_bytes: int = 1_000_000
    """Largest body of a request that carries no files."""
    concurrent_uploads: int = 2
    """Uploads worked on at once: each holds its files in memory while they are written."""
    upload_seconds: float = 600.0
    """Deadline of one upload or ingestion."""
    upload_bytes: int = 60_000_000
    """Largest body that carries files."""
    held_bytes: int = 1_000_000_000
    """Bytes that the bodies of calls in work may have together; what goes beyond is answered with 429."""
    shutdown_seconds: float = 10.0
    """How long requests in flight may take to finish once the server is told to stop."""


class Admission:
    """ASGI middleware that takes a bounded number of requests and gives each a deadline."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._requests = _Count()
        self._uploads = _Count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; raises Overloaded or DeadlinePassed."""
        if scope["type"] != "http" or scope["path"].startswith(_ALWAYS_ADMITTED):
            await self._app(scope, receive, send)
            return
        is_upload = _is_upload(scope)
        seconds = self._limits.upload_seconds if is_upload else self._limits.request_seconds
        place = self._take(is_upload=is_upload)

        async def send_and_leave(message: Message) -> None:
            # The place is free before the caller reads the answer, so that the next request finds it free.
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                place.leave()
            await send(message)

        try:
            await _within(seconds, self._app, scope=scope, receive=receive, send=send_and_leave)
        finally:
            place.leave()

    def _take(self, *, is_upload: bool) -> "_Place":
        limits = self._limits
        if self._requests.taken >= limits.concurrent_requests:
            raise _overloaded(f"{limits.concurrent_requests} requests", "[limits] concurrent_requests")
        if is_upload and self._uploads.taken >= limits.concurrent_uploads:
            raise _overloaded(f"{limits.concurrent_uploads} uploads", "the command line: `plimsoll ingest PATH`")
        return _Place([self._requests, self._uploads] if is_upload else [self._requests])


class _Count:
    """How many places of one kind are taken."""

    taken = 0


class _Place:
    """A request's place among those worked on; left once, however often that is said."""

    def __init__(self, counts: list[_Count]) -> None:
        self._counts = counts
        for count in counts:
            count.taken += 1

    def leave(self) -> None:
        while self._counts:
            self._counts.pop().taken -= 1


class Intake:
    """ASGI middleware that reads the whole body within its bound and cancels the work when the caller has gone."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body; raises TooLarge, or InvalidRequest when the body breaks off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bound = self._limits.upload_bytes if _is_upload(scope) else self._limits.body_bytes
        body = await _read_body(receive, Headers(scope=scope), bound=bound)
        await _Attended(self._app, scope=scope, body=body).run(receive, send)


class _Attended:
    """The work on one request, attended by its caller: when the caller goes, the work is cancelled."""

    def __init__(self, app: ASGIApp, *, scope: Scope, body: bytes) -> None:
        self._app = app
        self._scope = scope
        self._body: bytes | None = body
        self._gone = asyncio.Event()
        self._is_answered = False

    async def run(self, receive: Receive, send: Send) -> None:
        async def send_and_note(message: Message) -> None:
            await send(message)
            self._is_answered = message["type"] == "http.response.body" and not message.get("more_body", False)

        work = asyncio.ensure_future(self._app(self._scope, self._replay, send_and_note))
        watch = asyncio.ensure_future(self._watch(receive))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and not self._is_answered:
                work.cancel("the caller has gone")
            await _settle(work)
        finally:
            watch.cancel()
            work.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)

    async def _replay(self) -> Message:
        body, self._body = self._body, None
        if body is not None:
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone.set()


async def _settle(work: "asyncio.Future[None]") -> None:
    """Wait for the work; its own cancellation, which the caller caused, is not an error of the server."""
    await asyncio.wait({work})
    if not work.cancelled():
        work.result()


async def _within(seconds: float, app: ASGIApp, *, scope: Scope, receive: Receive, send: Send) -> None:
    deadline = asyncio.timeout(seconds)
    try:
        async with deadline:
            await app(scope, receive, send)
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise DeadlinePassed(
            f"The request was not answered within {seconds:g} s and was cancelled.",
            next_step="Raise [limits] request_seconds in plimsoll.toml, or ask for less at once.",
        ) from error


async def _read_body(receive: Receive, headers: Headers, *, bound: int) -> bytes:
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > bound:
        raise _too_large(bound)
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The caller went away before the request was complete.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > bound:
            raise _too_large(bound)
    return b"".join(parts)


def _is_upload(scope: Scope) -> bool:
    path = scope["path"]
    return scope["method"] == "POST" and (path in UPLOAD_PATHS or path.endswith(_SYNCHRONISING))


def _too_large(bound: int) -> TooLarge:
    return TooLarge(
        f"The request's body is larger than the {bound / 1e6:g} MB that this path takes.",
        next_step="Send less at once; documents can be read in place with `plimsoll ingest PATH`.",
    )


def _overloaded(what: str, where: str) -> Overloaded:
    return Overloaded(
        f"This server works on {what} already, as many as it takes at once.",
        next_step=f"Try again in a second; the bound is changed, or avoided, with {where}.",
    )
