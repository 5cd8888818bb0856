"""Asks for one web page: politely, conditionally, within bounds, and never of an address inside the network.

`web` calls it. The very address that a connection is opened to is checked, however the host was written and whatever
its name resolved to.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec
from protego import Protego

_AGENT = "Plimsoll"
_MOST_REDIRECTS = 5
_ROBOTS_BYTES = 500_000
_CHUNK = 65_536
_GONE = {404, 410}
_MOVED = {301, 302, 303, 307, 308}
_UNCHANGED = 304
_OK = 200
_Address = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]
"""Family, kind, protocol, canonical name and place, as `getaddrinfo` returns them."""
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses of IPv4 as a NAT64 gateway writes them (RFC 6052)."""


class PageGone(Exception):
    """The server says that there is no such page."""


class PageUnreached(Exception):
    """The page could not be read this time; the message says why."""


class WebLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much is asked of the web, and how much one page may send."""

    page_bytes: int = 50_000_000
    """Most bytes of one page, unpacked."""
    page_seconds: float = 30.0
    """Deadline of one page, redirects included."""
    total_seconds: float = 900.0
    """Deadline of all pages together."""
    concurrent: int = 4
    """Pages asked for at once."""
    allow_private: bool = False
    """Whether loopback and private addresses may be asked."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page as the server sent it."""

    content: bytes | None
    """Its content; None where it is as it was."""
    media_type: str
    """What the server calls its format, e.g. `text/html`."""
    version: str
    """Its ETag and moment of change, to be shown the next time; empty where the server names neither."""
    modified: str
    """When it changed, as the server writes it; else empty."""


class _Version(msgspec.Struct, frozen=True, omit_defaults=True):
    etag: str = ""
    modified: str = ""


def _open_public_socket(address: _Address) -> socket.socket:
    """Return a socket for an address outside private networks. Raises PageUnreached for any other."""
    family, kind, protocol, _, place = address
    if _is_private(str(place[0])):
        raise PageUnreached(f"it is at the private address {place[0]}, and `allow_private` is not set")
    return socket.socket(family, kind, protocol)


class WebClient:
    """One run over pages; what robots.txt says is asked once for each server."""

    def __init__(self, limits: WebLimits) -> None:
        self._limits = limits
        self._robots: dict[str, asyncio.Task[Protego]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open connections."""
        open_socket = None if self._limits.allow_private else _open_public_socket
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._limits.concurrent, socket_factory=open_socket),
            headers={"User-Agent": _AGENT},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        for task in self._robots.values():
            task.cancel()
        await asyncio.gather(*self._robots.values(), return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def read(self, url: str, known: str) -> Page:
        """Read a page, unless it is still the `known` version. Raises PageGone and PageUnreached."""
        try:
            async with asyncio.timeout(self._limits.page_seconds):
                return await self._read(url, known)
        except TimeoutError as error:
            raise PageUnreached(f"no answer within {self._limits.page_seconds:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise PageUnreached(str(error) or type(error).__name__) from error

    async def _read(self, url: str, known: str) -> Page:
        for _ in range(_MOST_REDIRECTS + 1):
            _refuse_other(url)
            if not (await self._rules(url)).can_fetch(url, _AGENT):
                raise PageUnreached("its robots.txt does not allow it")
            found = await self._ask(url, known)
            if isinstance(found, Page):
                return found
            url = urljoin(url, found)
        raise PageUnreached(f"it redirects more than {_MOST_REDIRECTS} times")

    async def _ask(self, url: str, known: str) -> Page | str:
        """Return the page, or where it moved."""
        async with self._open(url, _conditions(known)) as reply:
            if reply.status in _MOVED and "Location" in reply.headers:
                return reply.headers["Location"]
            if reply.status in _GONE:
                raise PageGone
            modified = reply.headers.get("Last-Modified", "")
            if reply.status == _UNCHANGED and known:
                return Page(content=None, media_type="", version=known, modified=_read_version(known).modified)
            if reply.status != _OK:
                raise PageUnreached(f"the server answered {reply.status}")
            content = await _read_body(reply, self._limits.page_bytes)
            version = _Version(reply.headers.get("ETag", ""), modified)
            is_named = bool(version.etag or version.modified)
            return Page(
                content=content,
                media_type=reply.content_type if "Content-Type" in reply.headers else "",
                version=msgspec.json.encode(version).decode() if is_named else "",
                modified=modified,
            )

    async def _rules(self, url: str) -> Protego:
        """Return what the page's server allows; asked once."""
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        if server not in self._robots:
            self._robots[server] = asyncio.create_task(self._read_rules(f"{server}/robots.txt"))
        return await asyncio.shield(self._robots[server])

    async def _read_rules(self, url: str) -> Protego:
        """Return the rules; without any where the server has none (RFC 9309, section 2.3.1)."""
        async with asyncio.timeout(self._limits.page_seconds):
            for _ in range(_MOST_REDIRECTS + 1):
                _refuse_other(url)
                async with self._open(url, {}) as reply:
                    if reply.status in _MOVED and "Location" in reply.headers:
                        url = urljoin(url, reply.headers["Location"])
                        continue
                    if reply.status >= 500:  # noqa: PLR2004 - HTTP's own class of failures of the server
                        raise PageUnreached(f"the server answered {reply.status} for robots.txt")
                    body = b"" if reply.status != _OK else await reply.content.read(_ROBOTS_BYTES)
                    return Protego.parse(body.decode("utf-8", "replace"))
        return Protego.parse("")

    @asynccontextmanager
    async def _open(self, url: str, headers: dict[str, str]) -> AsyncGenerator[aiohttp.ClientResponse]:
        if self._session is None:
            raise PageUnreached("the client is closed")
        async with self._session.get(url, headers=headers, allow_redirects=False) as reply:
            yield reply


def _refuse_other(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PageUnreached(f"{url!r} is no address of a page")


def _is_private(host: str) -> bool:
    """Tell whether an address is not for everyone, or leads on to one of IPv4 that is not."""
    address = ipaddress.ip_address(host.partition("%")[0])
    inner = None
    if isinstance(address, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(address.packed[-4:]) if address in _TRANSLATED else None
        inner = address.ipv4_mapped or address.sixtofour or translated
    return not address.is_global or address.is_multicast or (inner is not None and not inner.is_global)


def _conditions(known: str) -> dict[str, str]:
    version = _read_version(known) if known else _Version()
    wanted = {"If-None-Match": version.etag, "If-Modified-Since": version.modified}
    return {name: value for name, value in wanted.items() if value}


def _read_version(known: str) -> _Version:
    try:
        return msgspec.json.decode(known, type=_Version)
    except msgspec.DecodeError:
        return _Version()


async def _read_body(reply: aiohttp.ClientResponse, most: int) -> bytes:
    content = bytearray()
    async for part in reply.content.iter_chunked(_CHUNK):
        content += part
        if len(content) > most:
            raise PageUnreached(f"it has more than {most / 1e6:g} MB")
    return bytes(content)
