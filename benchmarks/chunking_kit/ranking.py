"""Ranks chunks for questions: by cosine alone, and by a mix of words, chunk and sentence."""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from chunking_kit.cutting import TextChunk

from plimsoll.gateway import Embedder
from plimsoll.knowledge import Vectors
from plimsoll.text import content_words

_SLICE = 64
_K1, _B = 1.2, 0.75
WORDS_WEIGHT, VECTOR_WEIGHT, SENTENCE_WEIGHT = 0.2, 0.3, 0.5
"""The mix under which ways to cut were compared; see docs/design/knowledge.md."""


class Ranked:
    """Chunks with their vectors and words, all texts in one index."""

    def __init__(self, chunks: Sequence[TextChunk], texts: dict[str, str], embedder: Embedder) -> None:
        self.chunks = chunks
        self.bodies = [_body(chunk, texts) for chunk in chunks]
        began, cpu = time.perf_counter(), time.process_time()
        self._embed(embedder)
        self.embedding_seconds = time.perf_counter() - began
        self.embedding_cpu_seconds = time.process_time() - cpu
        self._words = Bm25([content_words(body) for body in self.bodies])

    def by_cosine(self, vector: Vectors) -> list[int]:
        """Return the rows, nearest first."""
        return _best_first(self._vectors @ vector)

    def by_mix(self, question: str, vector: Vectors) -> list[int]:
        """Return the rows, best first by the mix."""
        words = self._words.scores(content_words(question))
        closest = np.array([float((own @ vector).max(initial=0.0)) for own in self._sentences], np.float32)
        best = float(words.max(initial=0.0)) or 1.0
        chunk = self._vectors @ vector
        mixed = WORDS_WEIGHT * words / best + VECTOR_WEIGHT * chunk + SENTENCE_WEIGHT * closest
        return _best_first(mixed.astype(np.float32))

    def _embed(self, embedder: Embedder) -> None:
        order = sorted(range(len(self.chunks)), key=lambda row: len(self.bodies[row]))
        self._vectors = np.zeros((len(order), embedder.dimensions), np.float32)
        self._sentences: list[Vectors] = [np.zeros((0, embedder.dimensions), np.float32)] * len(order)
        for first in range(0, len(order), _SLICE):
            rows = order[first : first + _SLICE]
            made = embedder.embed_spans([self.bodies[row] for row in rows], [_shifted(self.chunks[r]) for r in rows])
            for place, row in enumerate(rows):
                self._vectors[row] = made.texts.vectors[place]
                self._sentences[row] = made.spans[place]


class Bm25:
    """Okapi BM25 (Robertson and Zaragoza 2009, 3.3) over stemmed content words."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._count = len(documents)
        lengths = np.array([len(words) for words in documents], np.float32)
        self._scale = _K1 * (1 - _B + _B * lengths / max(1.0, float(lengths.mean())))
        self._rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, words in enumerate(documents):
            for word, times in Counter(words).items():
                self._rows[word].append((row, times))

    def scores(self, question: Sequence[str]) -> Vectors:
        """Return the score of every document."""
        total = np.zeros(self._count, np.float32)
        for word in set(question):
            rows = self._rows.get(word, [])
            rarity = math.log1p((self._count - len(rows) + 0.5) / (len(rows) + 0.5))
            for row, times in rows:
                total[row] += rarity * times * (_K1 + 1) / (times + self._scale[row])
        return total


def _body(chunk: TextChunk, texts: dict[str, str]) -> str:
    text = texts[chunk.corpus_id][chunk.span[0] : chunk.span[1]]
    return f"{chunk.context}\n{text}" if chunk.context else text


def _shifted(chunk: TextChunk) -> list[tuple[int, int]]:
    shift = len(chunk.context) + 1 if chunk.context else 0
    return [(start + shift, end + shift) for start, end in chunk.sentences]


def _best_first(scores: Vectors) -> list[int]:
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order
