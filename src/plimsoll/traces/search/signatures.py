"""Which sequences of three bytes a text may hold, in 4,096 bits: a signature that never misses, and seldom errs. Pure.

A text that contains some words has every bit that the words have. Signatures of thousands of texts are stored bit by
bit (bit-sliced: Faloutsos and Christodoulakis, Signature files, ACM TOIS 2(4), 1984), so that a search reads a few bits
of each text and not its signature. Case is folded, so that `Ä` and `ä` have the same bits.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BITS = 4_096
"""Bits of a signature. A text of 2 KB sets a quarter of them; each step of a word divides what passes by about four."""
SHORTEST = 3
"""Bytes that words need to have for their bits to say anything."""
_BYTES = BITS // 8
# What is made of them on the way, thirty times as much, stays in the processor's cache then.
_AT_ONCE = 1 << 16
# Odd numbers far from each other: a byte's value and its place both spread over all sixteen bits.
_FACTORS = (np.uint16(0x9E37), np.uint16(0x85EB), np.uint16(0xC2B3))
_SHIFT = np.uint16(4)
_EXCHANGES = ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0))

Bytes = NDArray[np.uint8]


def fold_case(text: str) -> str:
    """Return the text as it is compared: without case, letter by letter, so that a part of it folds as it does."""
    return text.casefold()


def sign_texts(texts: Sequence[str]) -> Bytes:
    """Return one signature a text, as rows of 512 bytes, the lowest bit of a byte first."""
    signatures = np.zeros((len(texts), _BYTES), np.uint8)
    for begin, group in _groups(texts):
        _sign_group(group, signatures[begin : begin + len(group)])
    return signatures


def bits_of(words: str) -> tuple[int, ...]:
    """Return the bits that every text with these words has, ascending; none for words shorter than three bytes."""
    (signature,) = np.unpackbits(sign_texts([words]), axis=1, bitorder="little")
    return tuple(int(bit) for bit in np.flatnonzero(signature))


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


def _sign_group(texts: Sequence[bytes], signatures: Bytes) -> None:
    places = _hash_triples(b"".join(texts))
    flags = np.zeros((len(texts), BITS), np.uint8)
    begin = 0
    for row, text in zip(flags, texts, strict=True):
        row[places[begin : begin + max(0, len(text) - SHORTEST + 1)]] = 1
        begin += len(text)
    signatures[:] = np.packbits(flags, axis=1, bitorder="little")


def _hash_triples(joined: bytes) -> NDArray[np.intp]:
    values = np.frombuffer(joined, np.uint8).astype(np.uint16)
    hashed = values[:-2] * _FACTORS[0]
    hashed += values[1:-1] * _FACTORS[1]
    hashed += values[2:] * _FACTORS[2]
    hashed >>= _SHIFT
    return hashed.astype(np.intp)
