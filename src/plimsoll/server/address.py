"""Where the server listens, by which names browsers may reach it, and whether a key is needed there.

Used by `run` before anything listens and by the guard on every request. Resolves no names over the network.
"""

import errno
import ipaddress
import socket
from typing import Protocol

import msgspec

from plimsoll.errors import AddressInUse, InvalidSettings, UnsafeAddress

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_BACKLOG = 512
_HIGHEST_PORT = 65_535


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One place to listen."""

    host: str = "127.0.0.1"
    """IP address or `localhost`."""
    port: int = 8000
    """TCP port."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names under which browsers may reach the server, e.g. behind a proxy."""

    @property
    def needs_key(self) -> bool:
        """Tell whether anyone beyond this machine can reach it, by its address or through a proxy that names it."""
        return not is_loopback(self.host) or any(not is_loopback(name) for name in self.allowed_hosts)

    @property
    def url(self) -> str:
        """Return the address as a person would open it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def trusts(self, name: str) -> bool:
        """Tell whether a request may call the server by this name.

        A page that rebinds its own DNS name to our address still sends its own name. An IP address cannot be rebound,
        so where a key is needed anyway every literal address is taken; without keys only loopback is.
        """
        known = _LOOPBACK_NAMES | {self.host.lower()} | {allowed.lower() for allowed in self.allowed_hosts}
        return name.lower() in known or (_is_ip(name) and (self.needs_key or is_loopback(name)))


class KeyRing(Protocol):
    """What starting a server asks of the access keys."""

    async def any_active(self) -> bool:
        """Tell whether any key exists and is not revoked."""
        ...


def is_loopback(host: str) -> bool:
    """Tell whether the address reaches this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def check_address(address: Address, keys: KeyRing) -> None:
    """Refuse to be reachable from beyond this machine while no access key exists; raises UnsafeAddress."""
    if not address.needs_key or await keys.any_active():
        return
    where = address.host if not is_loopback(address.host) else ", ".join(address.allowed_hosts)
    raise UnsafeAddress(
        f"Serving {where!r} would let anyone who can reach it use this project: no access key exists yet.",
        next_step="Create one with `plimsoll keys create NAME`, or serve 127.0.0.1 without allowed hosts.",
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; raises AddressInUse, or InvalidSettings when this machine cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio sends small pieces at once (TCP_NODELAY) on sockets only that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _explain(error, host=host, port=port) from error
    return listener


def _explain(error: OSError, *, host: str, port: int) -> AddressInUse | InvalidSettings:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < _HIGHEST_PORT else 8000
        return AddressInUse(
            f"Another process listens on {host}, port {port}.",
            next_step=f"Choose another: `plimsoll serve --port {other}`.",
        )
    return InvalidSettings(
        f"This machine cannot listen on {host!r}, port {port}: {error.strerror or error}.",
        next_step="Change [server] host or port in plimsoll.toml, or pass --host and --port.",
    )


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
