"""Talks HTTP to one provider: a bounded pool, bounded answers, and every failure as one of the `UpstreamError`s.

`OpenAICompatible` and `Anthropic` build on it. One attempt a call; the caller bounds it in time. Redirects are not
followed: they would carry the key elsewhere. Messages hold the provider's own words and never the key.
"""

import asyncio
import re
from codecs import BOM_UTF8
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp
import msgspec
from multidict import CIMultiDict
from yarl import URL

from plimsoll.errors import (
    InvalidSettings,
    ProviderRefused,
    ProviderUnpaid,
    ProviderUnreachable,
    UnusableAnswer,
)
from plimsoll.gateway.provider import RelayedAnswer
from plimsoll.gateway.providers.failure import class_of, read_codes, read_failure
from plimsoll.records import Clock, Secret, SystemClock

JSON = "application/json"
WriteEvents = Callable[[bytes], bytes]
"""Writes an answer that came whole as the events of a stream. Raises the `UpstreamError`s."""
_EVENTS = "text/event-stream"
_SUCCESS = range(200, 300)
_BROKEN = (TimeoutError, aiohttp.ClientError, ConnectionError)
"""How a connection fails."""
_FAILURE_BYTES = 65_536
_CHUNK_BYTES = 65_536
_UNAUTHENTICATED = 401
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_ADVICE = {
    401: "Check the provider's key.",
    402: "Pay the provider's bill, or raise the account's limit there.",
    403: "Check what the provider's key may do.",
    404: "Check the model's name and the provider's base URL.",
    429: "Wait, or ask the provider for a higher limit.",
}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one provider may use."""

    connections: int = 1_000
    """Most connections at once; further calls wait, within their own time."""
    connect_seconds: float = 10.0
    """Longest wait for a connection to be made, where the call does not say."""
    embed_seconds: float = 60.0
    """Longest wait for vectors or for a list of models."""
    answer_bytes: int = 16 * 1024 * 1024
    """Largest answer read."""
    stream_bytes: int = 256 * 1024 * 1024
    """Most bytes read of one stream, in which a token takes hundreds."""


class _Request:
    """One request, which counts among those in flight until it is left."""

    def __init__(self, upstream: "HttpUpstream", opening: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> None:
        self._upstream = upstream
        self._opening = opening

    async def __aenter__(self) -> aiohttp.ClientResponse:
        self._upstream.in_flight += 1
        try:
            return await self._opening.__aenter__()
        except BaseException:
            await self._upstream.note_left()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._opening.__aexit__(kind, error, trace)
        finally:
            await self._upstream.note_left()


class HttpUpstream:
    """The connections to one provider. Build it anywhere; connect it on the event loop that calls it."""

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        headers: Mapping[str, str],
        secret: Secret | None,
        limits: Limits,
        clock: Clock | None = None,
    ) -> None:
        """Keep the address and the headers of every request; raises InvalidSettings unless the URL can be called."""
        check_url(name, base_url)
        self.name = name
        self.base_url = base_url.rstrip("/")
        self._secret = secret
        self._headers = CIMultiDict({"Content-Type": JSON, **headers})
        self._limits = limits
        self._clock = clock or SystemClock()
        self._session: aiohttp.ClientSession | None = None
        self.missing_key = ""
        """The environment variable that should hold the key and does not; calls are refused until it does."""
        self.in_flight = 0
        """Requests that were sent and not left yet."""
        self._is_retired = False
        self._urls: dict[str, URL] = {}
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    async def post(self, path: str, body: bytes, *, connect_seconds: float) -> bytes:
        """Send a body and return the body of a successful JSON answer."""
        try:
            async with self._open("POST", path, body, connect_seconds=connect_seconds) as response:
                await self._require_success(response)
                if not response.content_type.endswith("json"):
                    raise UnusableAnswer(f"{self.name!r} answered with {response.content_type!r} instead of JSON.")
                return await self._read(response)
        except _BROKEN as error:
            raise self._unreachable(error) from error

    async def get(self, path: str, *, seconds: float) -> bytes:
        """Return the body of a successful answer within the time."""
        try:
            async with (
                asyncio.timeout(seconds),
                self._open("GET", path, None, connect_seconds=self._limits.connect_seconds) as response,
            ):
                await self._require_success(response)
                return await self._read(response)
        except _BROKEN as error:
            raise self._unreachable(error) from error

    @asynccontextmanager
    async def stream(
        self, path: str, body: bytes, *, connect_seconds: float, write_events: WriteEvents
    ) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Open an answer of server-sent events; what came whole instead is written as events by `write_events`."""
        async with self._answered(path, body, connect_seconds=connect_seconds, content_type=JSON) as response:
            if response.content_type.endswith("json"):
                yield _one(write_events(await self._read(response)))
            elif response.content_type == _EVENTS:
                yield self._read_pieces(response)
            else:
                raise UnusableAnswer(f"{self.name!r} answered with {response.content_type!r} instead of events.")

    @asynccontextmanager
    async def relay(
        self, path: str, body: bytes, *, content_type: str, connect_seconds: float
    ) -> AsyncGenerator[RelayedAnswer]:
        """Open a successful answer of any kind, to be passed on as it comes."""
        async with self._answered(path, body, connect_seconds=connect_seconds, content_type=content_type) as response:
            kind = response.headers.get("Content-Type", "application/octet-stream")
            yield RelayedAnswer(content_type=kind, chunks=self._read_pieces(response))

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @property
    def is_closed(self) -> bool:
        """Tell whether it holds no connections."""
        return self._session is None

    async def retire(self) -> None:
        """Close the connections once no request is in flight; one that comes later opens its own and closes it."""
        self._is_retired = True
        if not self.in_flight:
            await self.close()

    async def note_left(self) -> None:
        """Count a request as ended."""
        self.in_flight -= 1
        if self._is_retired and not self.in_flight:
            await self.close()

    def _open(
        self, method: str, path: str, body: bytes | None, *, connect_seconds: float, content_type: str = JSON
    ) -> _Request:
        if self.missing_key:
            raise ProviderRefused(
                f"{self.name!r} cannot be called: its key is read from ${self.missing_key}, which is not set.",
                next_step=f"Set it where Plimsoll starts: export {self.missing_key}=...",
                upstream_status=_UNAUTHENTICATED,
            )
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = URL(f"{self.base_url}/{path}")
        timeout = self._timeouts.get(connect_seconds)
        if timeout is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds)
            if len(self._timeouts) < _MOST_TIMEOUTS:
                self._timeouts[connect_seconds] = timeout
        headers = self._headers
        if content_type != JSON:
            headers = headers.copy()
            headers["Content-Type"] = content_type
        opening = self._connect().request(
            method, url, data=body, headers=headers, allow_redirects=False, timeout=timeout
        )
        return _Request(self, opening)

    def _connect(self) -> aiohttp.ClientSession:
        """Return the pool, made on first use since it belongs to the running event loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limits.connections),
                # Cookies and compression cost more on this path than they save.
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept-Encoding", "User-Agent"),
            )
        return self._session

    @asynccontextmanager
    async def _answered(
        self, path: str, body: bytes, *, connect_seconds: float, content_type: str
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        """Open a successful answer; errors of what the caller does with it pass as they are."""
        async with AsyncExitStack() as stack:
            try:
                opened = self._open("POST", path, body, connect_seconds=connect_seconds, content_type=content_type)
                response = await stack.enter_async_context(opened)
                await self._require_success(response)
            except _BROKEN as error:
                raise self._unreachable(error) from error
            yield response

    async def _require_success(self, response: aiohttp.ClientResponse) -> None:
        if response.status not in _SUCCESS:
            raise self._refusal(response, await read_at_most(response, _FAILURE_BYTES) or b"")

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            body = await read_at_most(response, self._limits.answer_bytes)
        except _BROKEN as error:
            raise self._unreachable(error, began=response.status) from error
        if body is None:
            raise UnusableAnswer(
                f"{self.name!r} answered with more than {self._limits.answer_bytes} bytes.",
                upstream_status=response.status,
            )
        return body.removeprefix(BOM_UTF8)

    async def _read_pieces(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
        read = 0
        try:
            while data := await response.content.readany():
                read += len(data)
                if read > self._limits.stream_bytes:
                    raise UnusableAnswer(
                        f"{self.name!r} streamed more than {self._limits.stream_bytes} bytes.",
                        upstream_status=response.status,
                    )
                yield data
        except _BROKEN as error:
            raise self._unreachable(error, began=response.status) from error

    def _refusal(self, response: aiohttp.ClientResponse, body: bytes) -> ProviderRefused:
        said = self._hide_key(read_failure(body)) or response.reason or "no reason given"
        wait = read_wait(response.headers, self._clock)
        refused = class_of(response.status, read_codes(body))
        status = HTTPStatus.PAYMENT_REQUIRED if refused is ProviderUnpaid else response.status
        advice = f"Wait {wait:g} s." if wait is not None else _ADVICE.get(status, "")
        return refused(
            f"{self.name!r} answered HTTP {response.status}: {said}.",
            next_step=advice,
            upstream_status=response.status,
            retry_after_seconds=wait,
        )

    def _unreachable(self, error: Exception, *, began: int = 0) -> ProviderUnreachable:
        """Return the error for a connection that failed; `began` is the status of an answer that had begun."""
        reason = self._hide_key(say_broken(error))
        return ProviderUnreachable(
            f"The connection to {self.name!r} at {self.base_url!r} failed: {reason}.",
            next_step="Check the address and whether the server runs.",
            upstream_status=began,
        )

    def _hide_key(self, text: str) -> str:
        return text.replace(self._secret.reveal(), "***") if self._secret else text


_MOST_TIMEOUTS = 100


async def _one(data: bytes) -> AsyncGenerator[bytes]:
    yield data


def say_broken(error: Exception) -> str:
    """Return how a connection failed. Of an answer that is not HTTP nothing is repeated: it may hold what was said."""
    if isinstance(error, aiohttp.ClientPayloadError):
        return "its answer broke off, or is not what its headers say"
    if isinstance(error, aiohttp.ClientResponseError):
        return "its answer is not valid HTTP"
    return str(error) or type(error).__name__


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """Return the body, or None where it is larger than `most` bytes; what is beyond is not read."""
    if response.content_length is not None and response.content_length <= most and not is_packed(response):
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def is_packed(response: aiohttp.ClientResponse) -> bool:
    """Tell whether a body is compressed, so that its length says nothing of its size."""
    return "Content-Encoding" in response.headers


def read_wait(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Return how many seconds a provider asks to wait (RFC 9110, section 10.2.3), or None where it does not say."""
    milliseconds = headers.get("retry-after-ms", "")
    if _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1_000
    wait = headers.get("Retry-After", "").strip()
    if _NUMBER.fullmatch(wait):
        return float(wait)
    try:
        return max(0.0, (parsedate_to_datetime(wait) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None


def check_url(name: str, base_url: str) -> None:
    """Raise InvalidSettings unless the URL is one that can be called."""
    try:
        parts = urlsplit(base_url)
        is_callable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_callable = urlsplit(""), False
    if "@" in base_url or parts.query or parts.fragment:
        # It is not shown, nor may it be used: callers read the address in errors.
        raise InvalidSettings(
            f"The base URL of provider {name!r} holds more than an address: a user, a password or a query.",
            next_step="Write 'https://host/v1', and put the key into the variable that `api_key_env` names.",
        )
    if not is_callable or not base_url.isprintable() or " " in base_url:
        raise InvalidSettings(
            f"The base URL of provider {name!r} is {base_url!r}, which is no http or https URL.",
            next_step="Write it as 'https://host/v1'.",
        )
