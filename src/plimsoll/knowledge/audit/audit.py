"""Looks through a corpus for what keeps answers from being right: decisions over rows that are handed in.

Called by the project's operations, on a schedule or by hand. It changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from plimsoll.knowledge.audit.findings import SEVERITIES, AuditFinding, AuditReport, FindingKind
from plimsoll.knowledge.audit.near_duplicates import Sketch, find_similar
from plimsoll.knowledge.readers import PUBLIC
from plimsoll.knowledge.table import DocumentRow
from plimsoll.knowledge.tables.audited import page_texts
from plimsoll.store import Store

_PAGE = 500
_MOST_CHUNKS = 200_000
_MOST_PAIRS = 100
_INGEST = "Run `plimsoll ingest`."


class AuditSurroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit knows beside the corpus itself."""

    now: datetime
    """The time, in UTC."""
    origins: frozenset[str] = frozenset()
    """Names of the declared sources."""
    max_age: timedelta | None = None
    """How long a document may go unseen at its source; None for as long as one likes."""
    max_ages: Mapping[str, timedelta] = {}
    """The same for single sources, by name."""
    gone: frozenset[str] = frozenset()
    """Sources of documents that are no longer where they were read."""
    readers: frozenset[str] | None = None
    """Every `key:` and `group:` that can ask; None where that is not known."""
    fingerprint: str = ""
    """The embedding model in use."""
    retrieved: frozenset[str] | None = None
    """Sources that were retrieved within the window; None where no retrieval is known."""
    window: str = "no retrievals are known"
    """Which retrievals those are, in words."""


class AuditedTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What the chunks of a corpus say, summed by document."""

    sketches: dict[str, tuple[int, ...]]
    """Sketch of each document's text, by its id."""
    fingerprints: dict[str, frozenset[str]]
    """Embedding models of each document's vectors, by its id."""
    was_cut: bool
    """Whether there are more chunks than are read."""


async def read_audited_texts(store: Store, corpus: str) -> AuditedTexts:
    """Read the chunks of a corpus page by page, 200,000 at most, and keep a sketch of each document."""
    sketches: dict[str, Sketch] = defaultdict(Sketch)
    fingerprints: dict[str, set[str]] = defaultdict(set)
    after, seen = "", 0
    while seen < _MOST_CHUNKS:
        page = await store.read(
            lambda connection, after=after: page_texts(connection, corpus, after=after, limit=_PAGE)
        )
        for chunk in page:
            sketches[chunk.document_id].add(chunk.text)
            fingerprints[chunk.document_id].add(chunk.fingerprint)
        seen += len(page)
        if len(page) < _PAGE:
            break
        after = page[-1].id
    return AuditedTexts(
        sketches={name: sketch.hashes() for name, sketch in sketches.items()},
        fingerprints={name: frozenset(found) for name, found in fingerprints.items()},
        was_cut=seen >= _MOST_CHUNKS,
    )


def audit_corpus(
    corpus: str, documents: Sequence[DocumentRow], *, texts: AuditedTexts, around: AuditSurroundings
) -> AuditReport:
    """Return what is wrong with the documents of a corpus, the worst first."""
    found = [
        *(one for document in documents for one in _of_document(document, around)),
        *_duplicates(documents),
        *_near_duplicates(documents, texts),
        *_other_models(documents, texts, around),
        *_never_retrieved(documents, around),
    ]
    limits = (f"Only {_MOST_CHUNKS:,} chunks were compared for near duplicates and models.",) if texts.was_cut else ()
    if around.readers is None:
        limits += ("Who can ask is not known, so readers were not checked.",)
    return AuditReport(
        corpus=corpus,
        at=around.now,
        documents=len(documents),
        findings=tuple(sorted(found, key=lambda one: (-SEVERITIES.index(one.severity), one.kind, one.subjects))),
        limits=limits,
        window=around.window,
    )


def _of_document(document: DocumentRow, around: AuditSurroundings) -> Iterator[AuditFinding]:
    """Return what is wrong with one document by itself."""
    sources = (document.source,)
    if document.error_code:
        message = f"It could not be read: {document.error_message}"
        yield _wrong(FindingKind.UNREADABLE, sources, message=message, next_step="Mend it and ingest it again.")
    if document.truncated:
        message = f"Not all of it was taken: {document.truncated}"
        yield _warning(FindingKind.TRUNCATED, sources, message=message, next_step="Split it, or raise the limit.")
    if document.source in around.gone:
        yield _wrong(FindingKind.GONE, sources, message="It is no longer at its source.", next_step=_INGEST)
    elif (age := _too_old(document, around)) is not None:
        message = f"It was last seen {age.total_seconds() / 86_400:.1f} days ago."
        yield _warning(FindingKind.STALE, sources, message=message, next_step=_INGEST)
    if document.origin and document.origin not in around.origins:
        message = f"Its source {document.origin!r} is no longer declared."
        yield _warning(FindingKind.ORPHANED, sources, message=message, next_step="Declare it again, or remove it.")
    if _is_unreachable(document, around.readers):
        message = f"None of its readers exists: {', '.join(document.readers)}."
        yield _warning(FindingKind.UNREACHABLE, sources, message=message, next_step="Correct its readers.")


def _too_old(document: DocumentRow, around: AuditSurroundings) -> timedelta | None:
    allowed = around.max_ages.get(document.origin, around.max_age)
    age = around.now - document.checked_at
    return age if allowed is not None and age > allowed else None


def _is_unreachable(document: DocumentRow, known: frozenset[str] | None) -> bool:
    """Tell whether no known key or group may read it; of users, whom others sign in, nothing is known."""
    if known is None:
        return False
    return not any(name == PUBLIC or name.startswith("user:") or name in known for name in document.readers)


def _duplicates(documents: Iterable[DocumentRow]) -> Iterator[AuditFinding]:
    first: dict[tuple[str, str], str] = {}
    for one in documents:
        if one.error_code:
            continue
        original = first.setdefault((one.tenant, one.content_hash), one.source)
        if original != one.source:
            sources = (original, one.source)
            message = "Both are the same bytes, so answers cite either, and one of them may be forgotten."
            yield _warning(FindingKind.DUPLICATE, sources, message=message, next_step="Remove one of them.")


def _near_duplicates(documents: Iterable[DocumentRow], texts: AuditedTexts) -> Iterator[AuditFinding]:
    by_id = {one.id: one for one in documents}
    sketches = {name: sketch for name, sketch in texts.sketches.items() if name in by_id and sketch}
    for pair in find_similar(sketches, most=_MOST_PAIRS):
        one, other = by_id[pair.first], by_id[pair.second]
        if one.content_hash != other.content_hash and one.tenant == other.tenant:
            sources = (one.source, other.source)
            message = f"They share about {pair.similarity:.0%} of their text: one may be an old version of the other."
            next_step = "Remove what is out of date."
            yield _warning(FindingKind.NEAR_DUPLICATE, sources, message=message, next_step=next_step)


def _other_models(
    documents: Iterable[DocumentRow], texts: AuditedTexts, around: AuditSurroundings
) -> Iterator[AuditFinding]:
    message = "Its vectors are of another embedding model, so it is found by its words only."
    for one in documents:
        if around.fingerprint and texts.fingerprints.get(one.id, frozenset()) - {around.fingerprint}:
            yield _wrong(FindingKind.OTHER_MODEL, (one.source,), message=message, next_step=_INGEST)


def _never_retrieved(documents: Iterable[DocumentRow], around: AuditSurroundings) -> Iterator[AuditFinding]:
    if around.retrieved is None:
        return
    message = f"No question found it in {around.window}."
    for one in documents:
        if not one.error_code and one.source not in around.retrieved:
            yield AuditFinding(
                kind=FindingKind.NEVER_RETRIEVED, severity="note", subjects=(one.source,), message=message
            )


def _wrong(kind: FindingKind, sources: tuple[str, ...], *, message: str, next_step: str) -> AuditFinding:
    return AuditFinding(kind=kind, severity="wrong", subjects=sources, message=message, next_step=next_step)


def _warning(kind: FindingKind, sources: tuple[str, ...], *, message: str, next_step: str) -> AuditFinding:
    return AuditFinding(kind=kind, severity="warning", subjects=sources, message=message, next_step=next_step)
