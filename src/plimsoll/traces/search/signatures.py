"""Which sequences of bytes a text may hold: a signature that never misses, and seldom errs, and a map of many. Pure.

A signature says in 4,096 bits which sequences of three bytes a text has, a map in a million bits which of four bytes
thousands of texts have: a word that none of them holds mostly has a sequence that is not there.

A text that contains some words has every bit that the words have. Signatures of thousands of texts are stored bit by
bit (bit-sliced: Faloutsos and Christodoulakis, Signature files, ACM TOIS 2(4), 1984), so that a search reads a few bits
of each text and not its signature. Case is folded, so that `Ä` and `ä` have the same bits.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BITS = 4_096
"""Bits of a signature. A text of 2 KB sets a quarter of them; each step of a word divides what passes by about four."""
MAP_BITS = 1 << 20
"""Bits of a map. The texts of 4,096 spans of 2 KB set a few in a hundred of them."""
SHORTEST = 3
"""Bytes that words need to have for their bits to say anything."""
_BYTES = BITS // 8
# What is made of them on the way, thirty times as much, stays in the processor's cache then.
_AT_ONCE = 1 << 16
# Odd numbers far from each other: a byte's value and its place both spread over all sixteen bits.
_FACTORS = (np.uint16(0x9E37), np.uint16(0x85EB), np.uint16(0xC2B3))
_SHIFT = np.uint16(4)
_MAP_SHIFT, _REST_SHIFT = 4, np.uint16(12)
_EXCHANGES = ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0))

_MOST_PLACES = 4

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


def fold_case(text: str) -> str:
    """Return the text as it is compared: without case, letter by letter, so that a part of it folds as it does."""
    return text.casefold()


def sign_texts(texts: Sequence[str], *, seen: Flags | None = None) -> Bytes:
    """Return one signature a text, as rows of 512 bytes, the lowest bit of a byte first.

    What the texts have is marked in `seen`, one flag for each bit of a map, where it is given.
    """
    signatures = np.zeros((len(texts), _BYTES), np.uint8)
    for begin, group in _groups(texts):
        hashed = _hash_triples(b"".join(group))
        _sign_group(group, hashed, signatures[begin : begin + len(group)])
        if seen is not None:
            seen[_pair(hashed)] = True
    return signatures


def bits_of(words: str) -> tuple[int, ...]:
    """Return the bits that every text with these words has, ascending; none for words shorter than three bytes."""
    (signature,) = np.unpackbits(sign_texts([words]), axis=1, bitorder="little")
    return tuple(int(bit) for bit in np.flatnonzero(signature))


def places_of(words: str) -> tuple[int, ...]:
    """Return the bits of a map that every text with these words has, four at most; none for words of three bytes."""
    pairs = _pair(_hash_triples(fold_case(words).encode("utf-8", "replace")))
    spread = np.linspace(0, len(pairs) - 1, min(len(pairs), _MOST_PLACES)).astype(np.intp)
    return tuple(int(place) for place in np.unique(pairs[spread]))


def slice_signatures(signatures: Bytes) -> Bytes:
    """Return the signatures bit by bit: row n says of eight texts a byte whether they have bit n, the lowest first.

    Their number has to be a multiple of eight. Eight by eight bits are exchanged at once (Warren, Hacker's Delight,
    section 7-3).
    """
    count = len(signatures)
    squares = np.ascontiguousarray(signatures.reshape(count // 8, 8, _BYTES).transpose(2, 0, 1))
    words = squares.reshape(-1).view(np.uint64)
    for distance, mask in _EXCHANGES:
        moved = (words ^ (words >> np.uint64(distance))) & np.uint64(mask)
        words = words ^ moved ^ (moved << np.uint64(distance))
    turned = words.view(np.uint8).reshape(_BYTES, count // 8, 8).transpose(0, 2, 1)
    return np.ascontiguousarray(turned).reshape(BITS, count // 8)


def _groups(texts: Sequence[str]) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the texts as bytes, about 64 KB at once."""
    begin, size, group = 0, 0, list[bytes]()
    for text in texts:
        coded = fold_case(text).encode("utf-8", "replace")
        if group and size + len(coded) > _AT_ONCE:
            yield begin, group
            begin, size, group = begin + len(group), 0, []
        group.append(coded)
        size += len(coded)
    if group:
        yield begin, group


def _sign_group(texts: Sequence[bytes], hashed: NDArray[np.uint16], signatures: Bytes) -> None:
    places = (hashed >> _SHIFT).astype(np.intp)
    flags = np.zeros((len(texts), BITS), np.uint8)
    begin = 0
    for row, text in zip(flags, texts, strict=True):
        row[places[begin : begin + max(0, len(text) - SHORTEST + 1)]] = 1
        begin += len(text)
    signatures[:] = np.packbits(flags, axis=1, bitorder="little")


def _hash_triples(joined: bytes) -> NDArray[np.uint16]:
    """Return the hash of each sequence of three bytes, in 16 bits."""
    values = np.frombuffer(joined, np.uint8).astype(np.uint16)
    hashed = values[:-2] * _FACTORS[0]
    hashed += values[1:-1] * _FACTORS[1]
    hashed += values[2:] * _FACTORS[2]
    return hashed


def _pair(hashed: NDArray[np.uint16]) -> NDArray[np.intp]:
    """Return the place in a map of each sequence of four bytes: the hash of its first three, and of its last."""
    places = hashed[:-1].astype(np.intp)
    places <<= _MAP_SHIFT
    places |= hashed[1:] >> _REST_SHIFT
    return places
