"""Gives chunks their vectors: those of a chunk that said the very same before, else the embedding model's.

`ingest` calls it with the chunks of several documents at once, so that texts of one length share a batch.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from plimsoll.knowledge.chunking import Chunk
from plimsoll.knowledge.index.embedding import EmbeddedSpans, TextEmbedder
from plimsoll.knowledge.tables.chunks import ChunkRow
from plimsoll.knowledge.tables.vectors import KnownVectors, VectorRow

Known = Mapping[tuple[str, str, bytes], KnownVectors]
"""Vectors by context, text and sentences of the chunk that they belong to."""


class UnembeddedChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk and what its row needs beside its vectors."""

    id: str
    """Its id to be."""
    document_id: str
    """The document it will belong to."""
    place: int
    """Its number within the document."""
    chunk: Chunk
    """Where it lies, and its headings."""
    text: str
    """Its text."""

    @property
    def embedded_text(self) -> str:
        """Return what the model reads."""
        return f"{self.chunk.context}\n{self.text}"

    @property
    def spans(self) -> bytes:
        """Return its sentences as the table keeps them."""
        return np.array([(s.start, s.end) for s in self.chunk.sentences], "<i4").tobytes()

    @property
    def key(self) -> tuple[str, str, bytes]:
        """Return what decides its vectors."""
        return self.chunk.context, self.text, self.spans


def take_known(wanted: Sequence[UnembeddedChunk], known: Known, *, fingerprint: str) -> list[VectorRow]:
    """Return the vectors of those chunks that have been embedded before."""
    found = [(one.id, known.get(one.key)) for one in wanted]
    return [
        VectorRow(chunk_id=name, fingerprint=fingerprint, vector=one.vector, sentence_vectors=one.sentence_vectors)
        for name, one in found
        if one is not None
    ]


def embed_chunks(wanted: Sequence[UnembeddedChunk], *, embedder: TextEmbedder) -> tuple[list[VectorRow], int]:
    """Return what the model makes of the chunks, and how many tokens it read."""
    spans = [_spans_after(one.chunk, len(one.chunk.context) + 1) for one in wanted]
    embedded = embedder.embed_spans([one.embedded_text for one in wanted], spans)
    rows = vector_rows([one.id for one in wanted], embedded, fingerprint=embedder.fingerprint)
    return rows, sum(embedded.texts.token_counts)


def vector_rows(chunk_ids: Sequence[str], embedded: EmbeddedSpans, *, fingerprint: str) -> list[VectorRow]:
    """Return vectors as the table keeps them."""
    return [
        VectorRow(
            chunk_id=name,
            fingerprint=fingerprint,
            vector=embedded.texts.vectors[place].astype("<f4").tobytes(),
            sentence_vectors=embedded.spans[place].astype("<f2").tobytes(),
        )
        for place, name in enumerate(chunk_ids)
    ]


def row_of(one: UnembeddedChunk) -> ChunkRow:
    """Return the row of a chunk."""
    return ChunkRow(
        id=one.id,
        document_id=one.document_id,
        place=one.place,
        section=one.chunk.section,
        start=one.chunk.start,
        text=one.text,
        context=one.chunk.context,
        heading=" > ".join(one.chunk.heading),
        page=one.chunk.page,
        tokens=one.chunk.tokens,
        is_cut=one.chunk.is_cut,
        sentence_spans=one.spans,
    )


def _spans_after(chunk: Chunk, shift: int) -> list[tuple[int, int]]:
    return [(sentence.start + shift, sentence.end + shift) for sentence in chunk.sentences]
