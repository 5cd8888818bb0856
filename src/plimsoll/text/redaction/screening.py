"""Which of many texts hold nothing to take out, told together: the same questions that `Redactor` asks of each. Pure.

Most texts hold nothing, and to ask so costs more than anything else that is done with them. Asked of thousands at once
and as numbers, it costs a third. It may hold a text for suspect that is not, never the other way round.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from plimsoll.text.redaction.secrets import WORDS

_DIGIT, _KEY = 1, 2
_SEVEN, _SIXTEEN = 7, 16
_DIGITS = b"0123456789 .-()/"
_KEY_LETTERS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-+/="
_CLASSES = bytes(_DIGIT * (code in _DIGITS) | _KEY * (code in _KEY_LETTERS) for code in range(256))
_SIGNS = (b"@", b"\0", b"%40", b"\\u0040")
_WORDS = tuple(word.encode("ascii", "ignore") for word in WORDS)
_ASCII_WORDS = tuple(word.encode() for word in WORDS if word.isascii())
_LOWER = np.uint8(0x20)
_AT_ONCE = 1 << 17

_Bytes = NDArray[np.uint8]


def find_clean(texts: Sequence[str]) -> list[str]:
    """Return the texts that hold nothing to take out, and nothing that no database takes."""
    clean: list[str] = []
    for group, written in _groups(texts):
        ends = np.cumsum([len(one) + 1 for one in written])
        is_suspect = np.zeros(len(group), bool)
        is_suspect[np.searchsorted(ends, _suspect_places(b"\n".join(written)), side="right")] = True
        clean += [text for text, is_out in zip(group, is_suspect.tolist(), strict=True) if not is_out]
    return clean


def _groups(texts: Sequence[str]) -> Iterator[tuple[list[str], list[bytes]]]:
    """Yield texts and their bytes, an eighth of a megabyte at once; a text that has none is left out."""
    group, written, size = list[str](), list[bytes](), 0
    for text in texts:
        try:
            coded = text.encode()
        except UnicodeEncodeError:
            continue
        group.append(text)
        written.append(coded)
        size += len(coded)
        if size >= _AT_ONCE:
            yield group, written
            group, written, size = [], [], 0
    if group:
        yield group, written


def _suspect_places(joined: bytes) -> NDArray[np.intp]:
    letters = np.frombuffer(joined, np.uint8)
    classes = np.frombuffer(joined.translate(_CLASSES), np.uint8)
    lower = letters | _LOWER
    words = _ASCII_WORDS if joined.isascii() else _WORDS
    # A line feed, which parts the texts, is of no class and in no word.
    found = [_run_places(classes & np.uint8(_DIGIT), _SEVEN), _run_places(classes & np.uint8(_KEY), _SIXTEEN)]
    found += [_places_of(letters, sign) for sign in _SIGNS if sign[:1] in joined]
    found += [_places_of(lower, word) for word in words]
    return np.concatenate(found)


def _run_places(marked: _Bytes, length: int) -> NDArray[np.intp]:
    """Return where a run of so many begins, by doubling it."""
    done = 1
    while done < length and len(marked):
        step = min(done, length - done)
        marked = marked[:-step] & marked[step:]
        done += step
    return np.flatnonzero(marked)


def _places_of(letters: _Bytes, word: bytes) -> NDArray[np.intp]:
    """Return where the word stands: few places have its first two letters, and only they are looked at further."""
    count = max(0, len(letters) - len(word) + 1)
    marked = letters[:count] == word[0]
    if len(word) > 1:
        marked &= letters[1 : count + 1] == word[1]
    places = np.flatnonzero(marked)
    for number in range(2, len(word)):
        places = places[letters[places + number] == word[number]]
    return places
