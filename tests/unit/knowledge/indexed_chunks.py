"""Rows to build a snapshot from, without a store."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from plimsoll.knowledge.index.building import build_snapshot
from plimsoll.knowledge.index.snapshot import Snapshot, open_snapshot, publish_snapshot
from plimsoll.knowledge.readers import EVERYONE
from plimsoll.knowledge.tables.documents import MetadataValue
from plimsoll.knowledge.tables.indexed import IndexedChunk

from unit.knowledge.scripted_embedder import ScriptedEmbedder


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A document of one chunk and one sentence."""

    text: str
    tenant: str = "local"
    readers: tuple[str, ...] = EVERYONE
    metadata: Mapping[str, MetadataValue] = {}
    origin: str = ""


def indexed(documents: Sequence[Written], embedder: ScriptedEmbedder) -> list[IndexedChunk]:
    """Return one chunk a document, in their order."""
    vectors = embedder.embed([document.text for document in documents])
    return [
        IndexedChunk(
            id=f"{place:032d}",
            document_id=f"d{place}",
            source=f"docs/{place}.md",
            origin=document.origin,
            tenant=document.tenant,
            readers=document.readers,
            metadata=dict(document.metadata),
            text=document.text,
            sentence_count=1,
            fingerprint=embedder.fingerprint,
            vector=vectors[place].astype("<f4").tobytes(),
            sentence_vectors=vectors[place].astype("<f2").tobytes(),
        )
        for place, document in enumerate(documents)
    ]


def snapshot_of(folder: Path, documents: Sequence[Written], embedder: ScriptedEmbedder) -> Snapshot:
    """Build, publish and open a snapshot of the documents."""
    publish_snapshot(
        build_snapshot(
            folder,
            [indexed(documents, embedder)],
            seq=1,
            fingerprint=embedder.fingerprint,
            dimensions=embedder.dimensions,
            name="one",
        )
    )
    snapshot = open_snapshot(folder, fingerprint=embedder.fingerprint)
    assert snapshot is not None
    return snapshot
