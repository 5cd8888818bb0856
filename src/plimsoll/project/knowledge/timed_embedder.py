"""An embedder that counts the time its model takes, for comparisons of what it is given to embed."""

from collections.abc import Sequence

from plimsoll.knowledge import EmbeddedSpans, TextEmbedder, Vectors
from plimsoll.records import Clock


class TimedEmbedder:
    """A `TextEmbedder` in front of another."""

    def __init__(self, embedder: TextEmbedder, clock: Clock) -> None:
        self._embedder = embedder
        self._clock = clock
        self.seconds = 0.0
        """Time spent embedding texts with their spans."""
        self.fingerprint = embedder.fingerprint
        """That of the embedder."""
        self.dimensions = embedder.dimensions
        """That of the embedder."""
        self.max_tokens = embedder.max_tokens
        """That of the embedder."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        return self._embedder.embed(texts)

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> EmbeddedSpans:
        """Return the vectors of texts and spans, and count the time."""
        began = self._clock.monotonic()
        embedded = self._embedder.embed_spans(texts, spans)
        self.seconds += self._clock.monotonic() - began
        return embedded

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the text takes."""
        return self._embedder.count_tokens(text)

    def count_each(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the same for many texts."""
        return self._embedder.count_each(texts)

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the characters that each token stands for."""
        return self._embedder.token_offsets(text)
