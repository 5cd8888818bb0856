"""What knowledge asks of an embedding model. The gateway's embedded model satisfies it; tests bring a scripted one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of unit length."""


class TextEmbedder(Protocol):
    """Turns text into vectors and counts its tokens. Called from several worker threads at once."""

    @property
    def fingerprint(self) -> str:
        """Identity of the weights and settings: vectors of different fingerprints are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads; the rest of a longer text is not seen."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, float32, shape (texts, dimensions)."""
        ...

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> "EmbeddedSpans":
        """Return the texts' vectors and, from the same pass, one unit vector for each span of characters."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the text takes, the model's own marks included."""
        ...

    def count_each(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the same for many texts at once."""
        ...

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the characters that each token stands for, in order, the model's own marks left out."""
        ...


class EmbeddedTexts(Protocol):
    """Vectors of texts."""

    @property
    def vectors(self) -> Vectors:
        """One row a text."""
        ...

    @property
    def token_counts(self) -> Sequence[int]:
        """Tokens that the model read of each text."""
        ...


class EmbeddedSpans(Protocol):
    """Vectors of texts and of spans within them."""

    @property
    def texts(self) -> EmbeddedTexts:
        """Of the whole texts."""
        ...

    @property
    def spans(self) -> Sequence[Vectors]:
        """For each text, one row a span; a span beyond `max_tokens` is all zero."""
        ...
