"""An embedder without a model: a text's vector is the sum of fixed vectors of its words. Deterministic and fast."""

import hashlib
import re
import threading
from collections.abc import Sequence

import msgspec
import numpy as np

from plimsoll.knowledge import Vectors
from plimsoll.text import content_words


class Texts(msgspec.Struct, frozen=True):
    vectors: Vectors
    token_counts: tuple[int, ...]


class Spans(msgspec.Struct, frozen=True):
    texts: Texts
    spans: tuple[Vectors, ...]


class ScriptedEmbedder:
    """Counts words as tokens; can be told to stop at a word, for tests that interrupt."""

    def __init__(
        self, fingerprint: str = "scripted", *, stop_at: str | None = None, dimensions: int = 32, max_tokens: int = 256
    ) -> None:
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self.stopped = threading.Event()
        self.go_on = threading.Event()
        self.embedded: list[str] = []
        self._stop_at = stop_at

    def embed(self, texts: Sequence[str]) -> Vectors:
        for text in texts:
            if self._stop_at is not None and self._stop_at in text:
                self.stopped.set()
                assert self.go_on.wait(timeout=30)
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self.dimensions)

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Spans:
        parts = [self.embed([text[a:b] for a, b in own]) for text, own in zip(texts, spans, strict=True)]
        self.embedded.extend(texts)
        return Spans(Texts(self.embed(texts), tuple(map(self.count_tokens, texts))), tuple(parts))

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def count_each(self, texts: Sequence[str]) -> list[int]:
        return [self.count_tokens(text) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", text)]

    def _vector(self, text: str) -> Vectors:
        total = np.full(self.dimensions, 1e-3)
        for word in content_words(text):
            seed = int.from_bytes(hashlib.sha256(f"{self.fingerprint} {word}".encode()).digest()[:8])
            total += np.random.default_rng(seed).standard_normal(self.dimensions)
        return (total / np.linalg.norm(total)).astype(np.float32)
