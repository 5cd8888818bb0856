"""Keeps web pages from driving this server: every request's Host, Origin and fetch metadata are checked first.

A loopback server needs no key, so these checks are what stands between it and any page open in a browser on the same
machine: Host against DNS rebinding, Origin and Sec-Fetch-Site against forms, scripts and images of other sites.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.errors import UntrustedOrigin
from plimsoll.server.address import Address

_PROGRAM_PREFIXES = ("/api/", "/v1/")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({"same-origin", "none"})


class Guard:
    """ASGI middleware that refuses requests a foreign page may have caused."""

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or raise UntrustedOrigin."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            check_host(headers, self._address)
            check_origin(headers, method=scope["method"], path=scope["path"])
        await self._app(scope, receive, send)


def check_host(headers: Mapping[str, str], address: Address) -> None:
    """Refuse a Host that is not one of the server's own names; raises UntrustedOrigin."""
    host = headers.get("host", "")
    if not address.trusts(_name_of(host)):
        raise UntrustedOrigin(
            f"This server does not answer to the host {host!r}.",
            next_step=f"Open {address.url}, or add the name to [server] allowed_hosts in plimsoll.toml.",
        )


def check_origin(headers: Mapping[str, str], *, method: str, path: str) -> None:
    """Refuse what another site's page caused, links to our pages excepted; raises UntrustedOrigin.

    Programs send neither Origin nor Sec-Fetch-Site and pass. Browsers send Origin with every form and cross-site
    call, and Sec-Fetch-Site with everything (Fetch Metadata, W3C); `none` means that a person typed the address.
    """
    origin = headers.get("origin")
    if origin is not None and not _is_own(origin, headers.get("host", "")):
        raise _foreign(origin)
    site = headers.get("sec-fetch-site", "none").lower()
    if site not in _OWN_SITES and not _is_link(headers, method=method, path=path):
        raise _foreign(f"a page of another site ({site})")


def _is_own(origin: str, host: str) -> bool:
    """Compare host and port only: a proxy that ends TLS changes the scheme."""
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and bool(host) and parts.netloc.lower() == host.lower()


def _is_link(headers: Mapping[str, str], *, method: str, path: str) -> bool:
    is_page = not path.startswith(_PROGRAM_PREFIXES)
    return is_page and method in _SAFE_METHODS and headers.get("sec-fetch-dest", "").lower() == "document"


def _foreign(who: str) -> UntrustedOrigin:
    return UntrustedOrigin(
        f"The request was made by {who!r}, which is not this server's own console.",
        next_step="Use the console itself, or call the API from a program with an access key.",
    )


def _name_of(host: str) -> str:
    """Return the host's name without its port; empty when it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
