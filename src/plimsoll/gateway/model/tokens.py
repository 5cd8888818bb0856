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

    def list_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's token ids, uncut; cheaper than `tokenize`."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
