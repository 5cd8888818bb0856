"""Reads the chunks of a corpus for an audit, page by page: nothing of a text is kept but its document's sketch."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import msgspec

from plimsoll.knowledge.audit.near_duplicates import Hashes, Sketches
from plimsoll.knowledge.tables.audited import count_stray_chunks, page_texts
from plimsoll.knowledge.tables.corpora import read_seq
from plimsoll.store import Store

MOST_CHUNKS = 200_000
"""Chunks that are read; of a larger corpus the oldest."""

_PAGE = 500


class AuditedTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What the chunks of a corpus say, summed by document."""

    sketches: Mapping[str, Hashes]
    """Sketch of each document's text, by its id."""
    chunks: Mapping[str, int]
    """How many chunks there are of each document, by its id."""
    other_models: frozenset[str]
    """Documents with vectors of another embedding model than the one in use, by id."""
    stray: int
    """Chunks, of any corpus, whose document is not there."""
    seq: int
    """Changes of the corpus that had been applied when reading began."""
    has_changed: bool
    """Whether more were applied before it ended."""
    was_cut: bool
    """Whether there are more chunks than are read."""


async def read_audited_texts(store: Store, corpus: str, *, fingerprint: str) -> AuditedTexts:
    """Read the chunks of a corpus, 200,000 at most; `fingerprint` names the embedding model in use."""
    sketches, chunks, other_models = Sketches(), Counter[str](), set[str]()
    seq = await store.read(lambda connection: read_seq(connection, corpus))
    after, seen = "", 0
    while seen < MOST_CHUNKS:
        page = await store.read(
            lambda connection, after=after: page_texts(connection, corpus, after=after, limit=_PAGE)
        )
        # In a thread: what serves requests meanwhile must not wait for it.
        await asyncio.to_thread(sketches.add, [(chunk.document_id, chunk.text) for chunk in page])
        chunks.update(chunk.document_id for chunk in page)
        other_models.update(chunk.document_id for chunk in page if chunk.fingerprint != fingerprint)
        seen += len(page)
        if len(page) < _PAGE:
            break
        after = page[-1].id
    return AuditedTexts(
        sketches=sketches.finished(),
        chunks=chunks,
        other_models=frozenset(other_models),
        stray=await store.read(count_stray_chunks),
        seq=seq,
        has_changed=await store.read(lambda connection: read_seq(connection, corpus)) != seq,
        was_cut=seen >= MOST_CHUNKS,
    )
