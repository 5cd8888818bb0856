"""Gives chunks their vectors: those of a chunk that said the very same before, else the embedding model's.

`ingest` calls it with the chunks of several documents at once, so that texts of one length share a batch.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from plimsoll.knowledge.chunking import Chunk
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.table import ChunkRow
from plimsoll.knowledge.tables.documents import KnownVectors
from plimsoll.records import Clock, new_id

Known = Mapping[tuple[str, str, bytes], KnownVectors]
"""Vectors by context, text and sentences of the chunk that they belong to."""


class UnembeddedChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk and what its row needs beside its vectors."""

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


def take_known(
    wanted: Sequence[UnembeddedChunk], known: Known, *, fingerprint: str, clock: Clock
) -> list[ChunkRow | None]:
    """Return the row of each chunk whose vectors are known, None for the others."""
    found = [known.get(one.key) for one in wanted]
    return [
        one
        and row_of(
            wanted[place],
            vector=one.vector,
            sentence_vectors=one.sentence_vectors,
            fingerprint=fingerprint,
            clock=clock,
        )
        for place, one in enumerate(found)
    ]


def embed_chunks(
    wanted: Sequence[UnembeddedChunk], *, embedder: TextEmbedder, clock: Clock
) -> tuple[list[ChunkRow], int]:
    """Return the rows of the chunks, with vectors of the model, and how many tokens it read."""
    spans = [_spans_after(one.chunk, len(one.chunk.context) + 1) for one in wanted]
    embedded = embedder.embed_spans([one.embedded_text for one in wanted], spans)
    rows = [
        row_of(
            one,
            vector=embedded.texts.vectors[place].astype("<f4").tobytes(),
            sentence_vectors=embedded.spans[place].astype("<f2").tobytes(),
            fingerprint=embedder.fingerprint,
            clock=clock,
        )
        for place, one in enumerate(wanted)
    ]
    return rows, sum(embedded.texts.token_counts)


def row_of(one: UnembeddedChunk, *, vector: bytes, sentence_vectors: bytes, fingerprint: str, clock: Clock) -> ChunkRow:
    """Return the row of a chunk with these vectors, under a new id."""
    return ChunkRow(
        id=new_id(clock),
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
        fingerprint=fingerprint,
        vector=vector,
        sentence_vectors=sentence_vectors,
    )


def _spans_after(chunk: Chunk, shift: int) -> list[tuple[int, int]]:
    return [(sentence.start + shift, sentence.end + shift) for sentence in chunk.sentences]
