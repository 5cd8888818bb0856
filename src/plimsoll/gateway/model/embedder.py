"""Texts to vectors on this machine: cut, sort by length, pad, run, put back in order.

`knowledge` embeds chunks and queries with it, `Embedded` serves it as a provider. All of it is synchronous and heavy:
callers on an event loop run it in a worker thread. A text's vector does not depend on its company.
"""

import functools
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from plimsoll.gateway.model.batches import plan_batches
from plimsoll.gateway.model.location import GRAPH_FILE, GRAPH_VERSION, STAMP_FILE, TOKENIZER_FILE
from plimsoll.gateway.model.prepare import damaged, find_model, prepare_model, verify_prepared
from plimsoll.gateway.model.session import EncoderSession, TokenIds, Vectors
from plimsoll.gateway.model.tokens import TextTokenizer, TokenizedText

MAX_TOKENS = 256
"""Tokens that the model was trained to read, its first and last special token included."""

_MOST_COUNTED = 1_024

Span = tuple[int, int]
"""First character and one past the last, counted within a text."""


class TextVectors(msgspec.Struct, frozen=True, kw_only=True):
    """Vectors of some texts, and what reading them took."""

    vectors: Vectors
    """[n, d], float32, each of length one."""
    token_counts: tuple[int, ...]
    """Tokens read of each text, special ones included, after cutting."""
    truncated: tuple[bool, ...]
    """Whether a text was longer than the model reads, so that its end is not in the vector."""


class SpanVectors(msgspec.Struct, frozen=True, kw_only=True):
    """Vectors of some texts and of spans within them, out of one pass of the model."""

    texts: TextVectors
    """Of the whole texts."""
    spans: tuple[Vectors, ...]
    """For each text [number of its spans, d], each of length one; all zero where a span was cut off or has no token."""


class Embedder:
    """A loaded sentence encoder. Build it with `load_embedder`."""

    max_tokens: int = MAX_TOKENS
    """Tokens read of a text, special ones included."""

    def __init__(self, session: EncoderSession, tokenizer: TextTokenizer, *, fingerprint: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self.fingerprint = fingerprint
        """Names weights, tokenizer, graph and cut; vectors of different fingerprints must not be mixed."""
        self.dimensions = session.dimensions
        """Length of a vector."""
        # Passages come again, and counting the tokens of one takes longer than searching for it.
        self._counted = functools.lru_cache(maxsize=_MOST_COUNTED)(self._count)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length one for each text: [n, d], float32."""
        return self.embed_counted(texts).vectors

    def embed_counted(self, texts: Sequence[str]) -> TextVectors:
        """Return the vectors of the texts with tokens read and whether each was cut."""
        uncut = self._tokenizer.list_ids(texts)
        ids = [cut_ids(row) for row in uncut]
        vectors = np.zeros((len(ids), self.dimensions), np.float32)
        for batch in plan_batches([len(row) for row in ids]):
            vectors[batch] = self._session.embed_sentences(*pad_rows([ids[place] for place in batch]))
        return count_texts(vectors, uncut)

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Return vectors of the texts and of character spans within each, out of one pass.

        A span's vector is the mean of the hidden states of the tokens that overlap it, at length one: what stands
        around the span has a part in it (late chunking, Günther et al. 2024, arXiv 2409.04701).
        """
        read = self._tokenizer.tokenize(texts)
        ids = [cut_ids(text.ids) for text in read]
        vectors = np.zeros((len(ids), self.dimensions), np.float32)
        pooled: list[Vectors] = [np.zeros((0, self.dimensions), np.float32)] * len(ids)
        for batch in plan_batches([len(row) for row in ids]):
            sentences, tokens = self._session.embed_tokens(*pad_rows([ids[place] for place in batch]))
            vectors[batch] = sentences
            for row, place in enumerate(batch):
                pooled[place] = pool_spans(tokens[row], read[place], spans[place])
        return SpanVectors(texts=count_texts(vectors, [text.ids for text in read]), spans=tuple(pooled))

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the text has, the two special ones included, however long it is."""
        return self._counted(text)

    def _count(self, text: str) -> int:
        return len(self._tokenizer.list_ids([text])[0])

    def count_each(self, texts: Sequence[str]) -> list[int]:
        """Return what `count_tokens` returns for each text, counted on all cores."""
        return [len(row) for row in self._tokenizer.list_ids(texts)]

    def token_offsets(self, text: str) -> list[Span]:
        """Return the characters that each token of the text stands for, special tokens left out, however long it is."""
        return self._tokenizer.tokenize([text])[0].offsets[1:-1]


def cut_ids(ids: list[int]) -> list[int]:
    """Return at most `MAX_TOKENS` ids; the special last one is kept."""
    return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]


def pad_rows(rows: Sequence[list[int]]) -> tuple[TokenIds, TokenIds]:
    """Return ids and mask, each [n, longest], padded with zeros on the right."""
    shape = (len(rows), max(len(row) for row in rows))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def count_texts(vectors: Vectors, uncut: Sequence[list[int]]) -> TextVectors:
    """Return the vectors with what reading the texts took."""
    return TextVectors(
        vectors=vectors,
        token_counts=tuple(min(len(row), MAX_TOKENS) for row in uncut),
        truncated=tuple(len(row) > MAX_TOKENS for row in uncut),
    )


def pool_spans(tokens: Vectors, text: TokenizedText, spans: Sequence[Span]) -> Vectors:
    """Return the mean hidden state of each span, [number of spans, d], at length one."""
    read = min(len(text.ids), MAX_TOKENS) - 1
    starts = np.array([start for start, _ in text.offsets[1:read]], np.int64)
    ends = np.array([end for _, end in text.offsets[1:read]], np.int64)
    pooled = np.zeros((len(spans), tokens.shape[-1]), np.float32)
    for place, (start, end) in enumerate(spans):
        inside = np.flatnonzero((starts < end) & (ends > start)) + 1
        if inside.size:
            mean = tokens[inside].mean(axis=0)
            pooled[place] = mean / np.linalg.norm(mean)
    return pooled


def load_embedder(folder: Path | None = None, *, threads: int | None = None) -> Embedder:
    """Load the sentence encoder: of a prepared folder, of any folder with a model's files, or the embedded default.

    `threads` bounds the cores that one call uses; all of them by default. Raises ModelMissing.
    """
    ready = find_model() if folder is None else folder
    if not (ready / STAMP_FILE).is_file():
        ready = prepare_model(ready)
    stamp = verify_prepared(ready)
    identity = f"{stamp.weights_sha256} {stamp.tokenizer_sha256} graph{GRAPH_VERSION} cut{MAX_TOKENS}"
    try:
        session = EncoderSession(ready / GRAPH_FILE, threads=threads or os.cpu_count() or 1)
    except Exception as error:  # ONNX Runtime derives its errors from Exception itself
        reason = str(error).splitlines()[0].rstrip(".")
        raise damaged(ready, f"{str(ready / GRAPH_FILE)!r} cannot be loaded: {reason}.") from error
    return Embedder(
        session,
        TextTokenizer(ready / TOKENIZER_FILE),
        fingerprint=hashlib.sha256(identity.encode()).hexdigest()[:16],
    )
