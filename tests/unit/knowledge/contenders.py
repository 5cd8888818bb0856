"""Chunks and contenders written by hand, for tests of what becomes of them."""

from datetime import UTC, datetime

from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.knowledge.tables.found import FoundChunk

CHECKED = datetime(2026, 5, 1, tzinfo=UTC)


def chunk(name: str, text: str, **changes: object) -> FoundChunk:
    fields: dict[str, object] = {
        "id": name,
        "document_id": f"d-{name}",
        "start": 0,
        "text": text,
        "heading": "",
        "page": None,
        "sentence_spans": b"",
        "source": f"{name}.md",
        "title": name.title(),
        "place": 0,
        "section": 0,
        "origin": "",
        "metadata": {},
        "modified_at": None,
        "checked_at": CHECKED,
        "readers": ["public"],
    }
    return FoundChunk(**{**fields, **changes})  # pyright: ignore[reportArgumentType]


def contender(found: FoundChunk, score: float = 1.0) -> Contender:
    return Contender(chunk=found, row=0, score=score)
