"""The key under which a call's reply is kept: who asks, what for, and everything that the answer depends on.

Calls that differ only in how their JSON is written share a key; calls of two tenants never do.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from plimsoll.gateway.wire.fields import plain_fields
from plimsoll.gateway.wire.kinds import Wire

IRRELEVANT = frozenset({"stream", "stream_options", "user", "metadata"})
"""Fields that say how the answer is delivered or who asked, and change nothing in it."""

_SORTING = msgspec.json.Encoder(order="deterministic")


def exact_key(*, tenant: str, alias: str, wire: Wire, fields: Mapping[str, msgspec.Raw]) -> str:
    """Return the key of a call: 64 hexadecimal digits. Time is linear in the content.

    The content is read and written again with sorted names, so that order, white space and escapes do not matter.
    Raises InvalidRequest for a field that cannot be read.
    """
    relevant = {name: value for name, value in fields.items() if name not in IRRELEVANT}
    return digest((tenant, alias, wire.value, plain_fields(relevant)))


def digest(parts: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(_SORTING.encode(parts)).hexdigest()
