"""Texts to tokens: the typed adapter of the library `tokenizers`. `Embedder` calls it; nothing else sees that library.

Truncation and padding of the shipped file (both at 128) are switched off: `Embedder` cuts and pads by itself, so that
what was cut is known.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from tokenizers import Tokenizer


class TokenizedText(msgspec.Struct, frozen=True, kw_only=True):
    """One text as the model reads it."""

    ids: list[int]
    """Token ids, the special first and last included."""
    offsets: list[tuple[int, int]]
    """For each token, the characters of the text it stands for; empty spans for the special ones."""


class TokenizedPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two texts as a cross-encoder reads them: one after the other."""

    ids: list[int]
    """Token ids, special ones included."""
    kinds: list[int]
    """For each token, 0 where it is of the first text and 1 where it is of the second."""


class TextTokenizer:
    """A tokenizer loaded from `tokenizer.json`."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def tokenize(self, texts: Sequence[str]) -> list[TokenizedText]:
        """Return each text's tokens, uncut, with the characters they stand for."""
        return [
            TokenizedText(ids=encoding.ids, offsets=encoding.offsets)
            for encoding in self._tokenizer.encode_batch(list(texts))
        ]

    def tokenize_pairs(self, first: str, seconds: Sequence[str], *, most: int) -> list[TokenizedPair]:
        """Return the first text joined with each of the others; where a pair is too long, the second is cut."""
        room = max(1, most - len(self._tokenizer.encode(first).ids) - 1)
        kept = [self._cut(second, room) for second in seconds]
        encodings = self._tokenizer.encode_batch([(first, second) for second in kept])
        return [TokenizedPair(ids=one.ids[:most], kinds=one.type_ids[:most]) for one in encodings]

    def _cut(self, text: str, room: int) -> str:
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return text if len(offsets) <= room else text[: offsets[room - 1][1]]

    def list_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's token ids, uncut; cheaper than `tokenize`."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
