"""The embedded model with a note of what it reads and how long it takes. `ingest` and `freshness` work with it."""

import time
from collections.abc import Sequence

import numpy as np

from plimsoll.gateway import Embedder
from plimsoll.gateway.model.embedder import Span, SpanVectors, TextVectors
from plimsoll.knowledge import Vectors


class NotingEmbedder:
    """A `TextEmbedder` in front of the embedded one; `is_dry` notes and counts tokens, but makes no vectors."""

    def __init__(self, inner: Embedder, *, is_dry: bool = False) -> None:
        self.seconds = 0.0
        """Time in the model."""
        self.cpu_seconds = 0.0
        """Processor time of this process while it worked."""
        self.fingerprint = inner.fingerprint
        self.dimensions = inner.dimensions
        self.max_tokens = inner.max_tokens
        self.count_tokens = inner.count_tokens
        self.count_each = inner.count_each
        self.token_offsets = inner.token_offsets
        self.embed = inner.embed
        self._inner = inner
        self._is_dry = is_dry
        self._given: list[tuple[Sequence[str], Sequence[Sequence[Span]]]] = []

    @property
    def texts(self) -> list[str]:
        """Return every text that was to be embedded, in order."""
        return [text for texts, _ in self._given for text in texts]

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Note one batch, and embed it unless it is dry."""
        began, cpu = time.perf_counter(), time.process_time()
        self._given.append((texts, spans))
        made = self._empty(texts, spans) if self._is_dry else self._inner.embed_spans(texts, spans)
        self.seconds += time.perf_counter() - began
        self.cpu_seconds += time.process_time() - cpu
        return made

    def forget(self) -> None:
        """Forget what was noted."""
        self._given.clear()

    def embed_again(self) -> None:
        """Embed every batch once more."""
        for texts, spans in self._given:
            self._inner.embed_spans(texts, spans)

    def warm_up(self) -> None:
        """Run the model once, so that neither side pays for its first run."""
        self._inner.embed_spans(["A text of a few words."] * 8, [[(0, 22)]] * 8)

    def _empty(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        def nothing(rows: int) -> Vectors:
            return np.zeros((rows, self.dimensions), np.float32)

        counted = TextVectors(
            vectors=nothing(len(texts)), token_counts=(0,) * len(texts), truncated=(False,) * len(texts)
        )
        return SpanVectors(texts=counted, spans=tuple(nothing(len(own)) for own in spans))
