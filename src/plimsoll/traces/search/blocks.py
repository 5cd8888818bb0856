"""Spans in blocks: which spans a block is about, as bytes, and which of them may hold some words. Pure."""

import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from plimsoll.traces.search.signatures import BITS, MAP_BITS, Bytes, sign_texts, slice_signatures

BLOCK_SPANS = 4_096
"""Spans from which a block is sliced: its slices are half a kilobyte, and a million spans have 244 blocks."""
SLICES_A_PART = 8
"""Slices that are stored in one row: four kilobytes, a page of the database."""
PARTS = BITS // SLICES_A_PART
"""Rows that a sliced block is stored in."""
MAP_PART = PARTS
"""Number of the first part of a block's map, which stands behind its slices; of a block that is not sliced, the only
one: the places that are set, as numbers."""
_MAP_PARTS = 32
_BITS_A_PART = MAP_BITS // _MAP_PARTS
KEY = np.dtype([("trace", "V16"), ("start", "<i8"), ("tenant", "<u4")])
"""A span in a block: the id of its trace, its beginning, and a check of its tenant's name."""
_SIGNATURE_BYTES = BITS // 8

Keys = NDArray[np.void]


def text_of(row: Mapping[str, object]) -> str:
    """Return all that is searched of a row of spans."""
    return f"{row['name']}\n{row['error'] or ''}\n{row['input_text'] or ''}\n{row['output_text'] or ''}"


def tenant_check(tenant: str) -> int:
    """Return the check of a tenant's name that keys hold: another tenant's spans are passed over by it."""
    return zlib.crc32(tenant.encode("utf-8", "replace"))


def pack_keys(spans: Sequence[tuple[str, int, str]]) -> Keys:
    """Return the keys of spans, each given as the id of its trace, its beginning and its tenant."""
    keys = np.zeros(len(spans), KEY)
    keys["trace"] = np.frombuffer(bytes.fromhex("".join(span[0] for span in spans)), "V16")
    keys["start"] = [span[1] for span in spans]
    keys["tenant"] = [tenant_check(span[2]) for span in spans]
    return keys


def read_keys(packed: bytes) -> Keys:
    """Return the keys that were packed."""
    return np.frombuffer(packed, KEY)


def trace_ids_of(keys: Keys) -> list[str]:
    """Return the ids of the traces of keys."""
    joined = keys["trace"].tobytes().hex()
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def is_left(keys: Keys) -> NDArray[np.bool_]:
    """Tell which keys still stand for a span: one that was deleted is blank."""
    return cast("NDArray[np.bool_]", keys["start"] != 0)


class Signed(NamedTuple):
    """Some spans, as they are found."""

    signatures: Bytes
    """One a span."""
    places: bytes
    """The places of their map that are set, packed."""


def sign_rows(rows: Sequence[Mapping[str, object]]) -> Signed:
    """Return the signatures of rows of spans, and what their map is made of."""
    seen = np.zeros(MAP_BITS, np.bool_)
    signatures = sign_texts([text_of(row) for row in rows], seen=seen)
    return Signed(signatures, np.flatnonzero(seen).astype("<u4").tobytes())


def cut_map(packed: Sequence[bytes]) -> dict[int, bytes]:
    """Return the parts, by number, of the map of several batches, each given by its places."""
    seen = np.zeros(MAP_BITS, np.bool_)
    seen[np.frombuffer(b"".join(packed), "<u4")] = True
    parts = np.packbits(seen, bitorder="little").reshape(_MAP_PARTS, -1)
    return {MAP_PART + number: part.tobytes() for number, part in enumerate(parts)}


def map_parts(places: Sequence[int]) -> list[int]:
    """Return the numbers of the parts of a map that these places lie in."""
    return sorted({MAP_PART + place // _BITS_A_PART for place in places})


def may_hold(parts: Mapping[int, bytes], places: Sequence[int]) -> bool:
    """Tell whether a block may hold what has these places, by those parts of its map that there are."""
    return all(_is_set(parts.get(MAP_PART + place // _BITS_A_PART), place % _BITS_A_PART) for place in places)


def _is_set(part: bytes | None, place: int) -> bool:
    return part is None or bool(part[place // 8] >> place % 8 & 1)


def read_signatures(packed: bytes) -> Bytes:
    """Return the signatures that were packed, one a span."""
    return np.frombuffer(packed, np.uint8).reshape(-1, _SIGNATURE_BYTES)


def cut_parts(keys: Keys, signatures: Bytes) -> tuple[Keys, list[bytes]]:
    """Return the keys of a sliced block, filled up to a multiple of eight, and its parts of eight slices each."""
    missing = -len(keys) % 8
    filled = np.concatenate([keys, np.zeros(missing, KEY)])
    slices = slice_signatures(np.vstack([signatures, np.zeros((missing, _SIGNATURE_BYTES), np.uint8)]))
    parts = slices.reshape(PARTS, -1)
    return filled, [part.tobytes() for part in parts]


def match_signatures(signatures: Bytes, bits: Sequence[int]) -> NDArray[np.intp]:
    """Return the places of the signatures that have all bits."""
    matching = np.ones(len(signatures), bool)
    for bit in bits:
        matching &= (signatures[:, bit // 8] >> (bit % 8) & 1).astype(bool)
    return np.flatnonzero(matching)


def match_parts(parts: Mapping[int, bytes], bits: Sequence[int]) -> NDArray[np.intp]:
    """Return the places in a sliced block that have all bits, by the parts that hold these.

    A part is missing only while a block is deleted of which every span is gone: then nothing has its bits.
    """
    together: Bytes | None = None
    for bit in bits:
        if (stored := parts.get(bit // SLICES_A_PART)) is None:
            return np.zeros(0, np.intp)
        row = np.frombuffer(stored, np.uint8).reshape(SLICES_A_PART, -1)[bit % SLICES_A_PART]
        together = row if together is None else together & row
    if together is None:
        return np.zeros(0, np.intp)
    return np.flatnonzero(np.unpackbits(together, bitorder="little"))


def blank_parts(parts: Mapping[int, bytes], left: NDArray[np.bool_]) -> dict[int, bytes]:
    """Return the parts of a sliced block with nothing said of the places that are not left."""
    mask = np.packbits(left, bitorder="little")
    return {
        number: (np.frombuffer(part, np.uint8).reshape(SLICES_A_PART, -1) & mask).tobytes()
        for number, part in parts.items()
    }
