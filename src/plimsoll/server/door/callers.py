"""Who calls a model: the access key of the request, or the person at this machine.

Both SDKs insist on sending some key, so a loopback server overlooks what is not of Plimsoll's form; one that is, is
checked there too. What a caller may do is read from the principal's scopes by the endpoints.
"""

from collections.abc import Mapping
from typing import Protocol

from plimsoll.records import Principal
from plimsoll.server.address import Address
from plimsoll.server.auth import missing_key

_KEY_PREFIX = "plim_"


class KnownKeys(Protocol):
    """What finding a caller asks of the access keys."""

    def recall(self, text: str) -> Principal | None:
        """Return who the key stands for when it was verified a moment ago."""
        ...

    async def verify(self, text: str) -> Principal:
        """Return who the key stands for; raises Unauthenticated."""
        ...


class Callers:
    """Finds out who is asking."""

    def __init__(self, address: Address, keys: KnownKeys) -> None:
        self._keys = keys
        self._local = None if address.needs_key else Principal.local()

    async def find(self, headers: Mapping[bytes, bytes]) -> Principal:
        """Return who is asking. Raises Unauthenticated."""
        key = read_key(headers)
        if self._local is not None and not key.startswith(_KEY_PREFIX):
            return self._local
        if not key:
            raise missing_key()
        return self._keys.recall(key) or await self._keys.verify(key)


def read_key(headers: Mapping[bytes, bytes]) -> str:
    """Return the key as `Authorization: Bearer` or `x-api-key` carries it, Plimsoll's own first; empty without one."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    scheme, _, bearer = authorization.partition(" ")
    bearer = bearer.strip() if scheme.lower() == "bearer" else ""
    if bearer.startswith(_KEY_PREFIX):
        return bearer
    return headers.get(b"x-api-key", b"").decode("latin-1").strip() or bearer
