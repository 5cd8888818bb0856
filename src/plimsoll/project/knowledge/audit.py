"""What is wrong with what a corpus knows: the operation behind `plimsoll knowledge audit`."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from plimsoll.knowledge import (
    AuditReport,
    AuditSurroundings,
    DocumentRow,
    audit_corpus,
    look_at_index,
    read_audited_texts,
)
from plimsoll.project.parts import Parts
from plimsoll.traces import RetrievedSources


async def audit_knowledge(
    folder: Path, parts: Parts, corpus: str, *, window_days: int, max_age_days: float | None
) -> AuditReport:
    """Audit a corpus against the project's folder, keys and the retrievals of the last days."""
    opened = await parts.corpora.get(corpus)
    documents = await opened.documents()
    fingerprint = (await opened.migration.state()).models.fingerprint
    texts = await read_audited_texts(parts.state, corpus, fingerprint=fingerprint)
    await parts.capture.flush()
    now = parts.clock.now()
    retrieved = await parts.traces.retrieved(corpus, since=now - timedelta(days=window_days))
    declared = [one for one in await opened.sources() if one.kind != "undeclared"]
    keys = [key for key in await parts.keys.list() if key.revoked_at is None]
    around = AuditSurroundings(
        now=now,
        origins=frozenset(one.name for one in declared),
        max_ages=opened.max_ages,
        max_age=None if max_age_days is None else timedelta(days=max_age_days),
        gone=await asyncio.to_thread(_gone, folder, documents),
        readers=frozenset(
            [*(f"key:{key.key_id}" for key in keys), *(f"group:{group}" for key in keys for group in key.groups)]
        ),
        fingerprint=fingerprint,
        retrieved=frozenset(retrieved.counts) if retrieved.questions > retrieved.unreadable else None,
        window=_describe(retrieved, window_days),
        index=await asyncio.to_thread(
            look_at_index,
            parts.corpora.index_folder(corpus),
            fingerprint=fingerprint,
            declared=parts.corpora.declared,
            now=now,
        ),
    )
    return await asyncio.to_thread(audit_corpus, corpus, documents, texts=texts, around=around)


def _gone(folder: Path, documents: Sequence[DocumentRow]) -> frozenset[str]:
    """Return the sources of files, read by their path, that are there no more; other sources tell of themselves."""
    files = [one.source for one in documents if not one.origin and "://" not in one.source]
    return frozenset(source for source in files if not (folder / source).exists())


def _describe(retrieved: RetrievedSources, window_days: int) -> str:
    unknown = f", {retrieved.unreadable} of them unreadable" if retrieved.unreadable else ""
    return f"the {retrieved.questions} retrievals of the last {window_days} days{unknown}"
