"""An embedding model behind the gateway as a corpus wants one: asked from worker threads, answered on the event loop.

`project` makes one a model. Its keys, limits, retries, prices and spans are the gateway's. A provider gives no vectors
of tokens: a sentence is embedded by itself, in the requests of its text. Tokens are counted by the installed model.
"""

import asyncio
import hashlib
import itertools
import threading
from collections.abc import Coroutine, Sequence
from typing import Protocol

import msgspec
import numpy as np

from plimsoll.errors import InvalidSettings, ProviderTimeout, UnusableAnswer
from plimsoll.gateway import Embeddings, Gateway
from plimsoll.knowledge.index.embedding import Vectors

MOST_TOKENS = 512
"""Tokens of a text that are taken to be read: what the least of the providers' models reads."""
_CALL_SECONDS = 120.0
_SPARE_SECONDS = 5.0


class TokenCounter(Protocol):
    """Counts tokens. A `TextEmbedder` satisfies it."""

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the text takes."""
        ...

    def count_each(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the same for many texts at once."""
        ...

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the characters that each token stands for."""
        ...


class ProviderTexts(msgspec.Struct, frozen=True):
    """Vectors of texts."""

    vectors: Vectors
    """One row a text."""
    token_counts: tuple[int, ...]
    """Tokens of each text, as the installed model counts them."""


class ProviderSpans(msgspec.Struct, frozen=True):
    """Vectors of texts and of spans within them."""

    texts: ProviderTexts
    """Of the whole texts."""
    spans: tuple[Vectors, ...]
    """For each text, one row a span."""


class ProviderEmbedder:
    """A `TextEmbedder` over a model that the gateway serves. Make it with `ask_embedder`."""

    max_tokens = MOST_TOKENS
    """Tokens that a chunk may have."""

    def __init__(self, gateway: Gateway, model: str, *, dimensions: int, counter: TokenCounter) -> None:
        self._gateway = gateway
        self._model = model
        self._target = gateway.resolve(model).full_name
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self.dimensions = dimensions
        """Length of a vector."""
        self.fingerprint = hashlib.sha256(f"{self._target} {dimensions}".encode()).hexdigest()[:16]
        """Names provider, model and dimensions; a provider that changes a model under its name is not noticed."""
        self.count_tokens = counter.count_tokens
        self.count_each = counter.count_each
        self.token_offsets = counter.token_offsets
        self.cost_usd: float | None = 0.0
        """What was spent so far; None once a call had no known price."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text. Raises what the gateway raises, and InvalidSettings for another model."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        self._require_same_model()
        asked = self._gateway.embed([text or " " for text in texts], model=self._model, timeout_seconds=_CALL_SECONDS)
        found = self._wait_for(asked)
        if found.vectors.shape != (len(texts), self.dimensions):
            raise UnusableAnswer(
                f"The model {self._model!r} gave vectors of {found.vectors.shape[-1]} numbers, and before of "
                f"{self.dimensions}.",
                next_step="It is another model now: plimsoll knowledge migrate CORPUS --to MODEL",
            )
        with self._lock:
            unknown = self.cost_usd is None or found.cost_usd is None
            self.cost_usd = None if unknown else (self.cost_usd or 0.0) + (found.cost_usd or 0.0)
        return _at_length_one(found.vectors)

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> ProviderSpans:
        """Return the vectors of texts, and of each span as a text by itself; raises as `embed` does."""
        parts = [text[start:end] for text, own in zip(texts, spans, strict=True) for start, end in own]
        rows = self.embed([*texts, *parts])
        bounds = np.cumsum([len(texts), *(len(own) for own in spans)])
        return ProviderSpans(
            texts=ProviderTexts(rows[: len(texts)], tuple(self.count_each(texts))),
            spans=tuple(rows[first:last] for first, last in itertools.pairwise(bounds)),
        )

    def _require_same_model(self) -> None:
        named = self._gateway.resolve(self._model).full_name
        if named != self._target:
            raise InvalidSettings(
                f"{self._model!r} stands for {named!r} now, and vectors of {self._target!r} were asked for; they do "
                "not mix.",
                next_step=f"Point it at {self._target!r} again, or migrate the corpus to a name of its own.",
            )

    def _wait_for(self, asked: Coroutine[object, object, Embeddings]) -> Embeddings:
        waiting = asyncio.run_coroutine_threadsafe(asked, self._loop)
        try:
            return waiting.result(_CALL_SECONDS + _SPARE_SECONDS)
        except TimeoutError as error:
            waiting.cancel()
            raise ProviderTimeout(
                f"{self._target!r} gave no vectors within {_CALL_SECONDS:g} s.", next_step="Try again later."
            ) from error


async def ask_dimensions(gateway: Gateway, model: str) -> int:
    """Return the length of the model's vectors, by embedding a word. Raises what the gateway raises."""
    found = await gateway.embed(["Plimsoll"], model=model, timeout_seconds=_CALL_SECONDS)
    return int(found.vectors.shape[1])


def _at_length_one(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
