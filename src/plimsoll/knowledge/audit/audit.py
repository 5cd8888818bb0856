"""Looks through a corpus for what keeps answers from being right: decisions over rows that are handed in.

Called by the project's operations, on a schedule or by hand. It changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from plimsoll.knowledge.audit.findings import (
    SEVERITIES,
    AuditFinding,
    AuditReport,
    FindingKind,
    Severity,
    count_kinds,
)
from plimsoll.knowledge.audit.index_files import IndexFiles
from plimsoll.knowledge.audit.near_duplicates import Hashes, SimilarPairs, find_similar
from plimsoll.knowledge.audit.reading import MOST_CHUNKS, AuditedTexts
from plimsoll.knowledge.readers import PUBLIC
from plimsoll.knowledge.tables.documents import DocumentRow

_MOST_PAIRS = 100
_MOST_NAMED = 5


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
    index: IndexFiles = IndexFiles()
    """What lies in the index folder of this machine."""


def audit_corpus(
    corpus: str, documents: Sequence[DocumentRow], *, texts: AuditedTexts, around: AuditSurroundings
) -> AuditReport:
    """Return what is wrong with the documents of a corpus, the worst first."""
    alike = {tenant: find_similar(of_it, most=_MOST_PAIRS) for tenant, of_it in _by_tenant(documents, texts).items()}
    found = [
        *_whole(documents, texts, around),
        *(one for document in documents for one in _of_document(document, around)),
        *(one for document in documents for one in _of_chunks(document, texts, around)),
        *_duplicates(documents),
        *_near_duplicates(documents, alike),
        *_never_retrieved(documents, around),
    ]
    findings = tuple(sorted(found, key=lambda one: (-SEVERITIES.index(one.severity), one.kind, one.subjects)))
    return AuditReport(
        corpus=corpus,
        at=around.now,
        documents=len(documents),
        findings=findings,
        counts=count_kinds(findings),
        limits=tuple(_limits(texts, around, alike)),
        window=around.window,
    )


def _limits(texts: AuditedTexts, around: AuditSurroundings, alike: Mapping[str, SimilarPairs]) -> Iterator[str]:
    """Say what was not looked at, and why."""
    if texts.was_cut:
        yield f"Only {MOST_CHUNKS:,} chunks were read: near duplicates, models and consistency of others are not known."
    if texts.has_changed:
        yield "The corpus changed meanwhile, so whether chunks and documents belong together was not checked."
    if around.readers is None:
        yield "Who can ask is not known, so readers were not checked."
    if any(pairs.was_cut for pairs in alike.values()):
        yield "There are more near duplicates than can be compared."
    if more := sum(pairs.found - len(pairs.pairs) for pairs in alike.values()):
        yield f"{more:,} more pairs of near duplicates are less alike and not named."


def _whole(documents: Sequence[DocumentRow], texts: AuditedTexts, around: AuditSurroundings) -> Iterator[AuditFinding]:
    """Return what is wrong with the corpus as a whole."""
    if texts.stray:
        message = f"{texts.stray:,} chunks of the database have no document: answers never come from them."
        next_step = "Report it: the database should make that impossible."
        yield _found(FindingKind.INCONSISTENT, (), severity="wrong", message=message, next_step=next_step)
    if any(not one.error_code for one in documents) and (behind := _why_behind(texts, around)):
        next_step = "The next question has it built again, and so does `plimsoll knowledge sync`."
        yield _found(FindingKind.INDEX_BEHIND, (), severity="warning", message=behind, next_step=next_step)
    if around.index.unused:
        unused = around.index.unused
        names = ", ".join((*unused[:_MOST_NAMED], *(["…"] if len(unused) > _MOST_NAMED else [])))
        message = f"{len(unused)} files or folders beside the index of this machine are of no use: {names}."
        next_step = "Delete them; an index can always be built again."
        yield _found(FindingKind.UNUSED_FILES, (), severity="note", message=message, next_step=next_step)


def _why_behind(texts: AuditedTexts, around: AuditSurroundings) -> str:
    """Return in which way the index of this machine is behind the truth; empty where it is not."""
    if around.index.seq is None:
        return "This machine has no index for the embedding model in use."
    if around.index.seq < texts.seq:
        return f"The index of this machine lacks the last {texts.seq - around.index.seq:,} of {texts.seq:,} changes."
    return ""


def _of_document(document: DocumentRow, around: AuditSurroundings) -> Iterator[AuditFinding]:
    """Return what is wrong with one document by itself."""
    if document.error_code:
        message = f"It could not be read: {document.error_message}"
        yield _wrong(FindingKind.UNREADABLE, document, message=message, next_step="Mend it and ingest it again.")
    if document.truncated:
        message = f"Not all of it was taken: {document.truncated}"
        yield _warning(FindingKind.TRUNCATED, document, message=message, next_step="Split it, or raise the limit.")
    if document.source in around.gone:
        yield _wrong(
            FindingKind.GONE, document, message="It is no longer at its source.", next_step=_read_again(document)
        )
    elif (age := _too_old(document, around)) is not None:
        message = f"It was last seen {age.total_seconds() / 86_400:.1f} days ago."
        yield _warning(FindingKind.STALE, document, message=message, next_step=_read_again(document))
    if document.origin and document.origin not in around.origins:
        message = f"Its source {document.origin!r} is no longer declared."
        yield _warning(FindingKind.ORPHANED, document, message=message, next_step="Declare it again, or remove it.")
    if _is_unreachable(document, around.readers):
        message = f"None of its readers exists: {', '.join(document.readers)}."
        yield _warning(FindingKind.UNREACHABLE, document, message=message, next_step="Correct its readers.")


def _of_chunks(document: DocumentRow, texts: AuditedTexts, around: AuditSurroundings) -> Iterator[AuditFinding]:
    """Return what is wrong with the chunks of one document."""
    if document.id in texts.other_models and around.fingerprint:
        message = "Its vectors are of another embedding model, so it is found by its words only."
        yield _wrong(FindingKind.OTHER_MODEL, document, message=message, next_step="Remove it and ingest it again.")
    if (there := texts.chunks.get(document.id, 0)) != document.chunk_count and not (texts.was_cut or texts.has_changed):
        message = f"It has {there} of its {document.chunk_count} chunks."
        yield _wrong(FindingKind.INCONSISTENT, document, message=message, next_step="Remove it and ingest it again.")


def _read_again(document: DocumentRow) -> str:
    return "Run `plimsoll knowledge sync`." if document.origin else "Run `plimsoll ingest`."


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
    first: dict[tuple[str, str], DocumentRow] = {}
    for one in documents:
        if one.error_code:
            continue
        original = first.setdefault((one.tenant, one.content_hash), one)
        if original is not one:
            message = "Both are the same bytes, so answers cite either, and one of them may be forgotten."
            yield _warning(FindingKind.DUPLICATE, original, one, message=message, next_step="Remove one of them.")


def _by_tenant(documents: Iterable[DocumentRow], texts: AuditedTexts) -> dict[str, dict[str, Hashes]]:
    """Return the sketches to compare by tenant and id: of several documents of the same bytes only one."""
    found: dict[str, dict[str, Hashes]] = {}
    seen: set[tuple[str, str]] = set()
    for one in documents:
        if one.id in texts.sketches and (one.tenant, one.content_hash) not in seen:
            seen.add((one.tenant, one.content_hash))
            found.setdefault(one.tenant, {})[one.id] = texts.sketches[one.id]
    return found


def _near_duplicates(documents: Iterable[DocumentRow], alike: Mapping[str, SimilarPairs]) -> Iterator[AuditFinding]:
    by_id = {one.id: one for one in documents}
    for pair in (pair for pairs in alike.values() for pair in pairs.pairs):
        message = f"They share about {pair.similarity:.0%} of their text: one may be an old version of the other."
        two = (by_id[pair.first], by_id[pair.second])
        yield _warning(FindingKind.NEAR_DUPLICATE, *two, message=message, next_step="Remove what is out of date.")


def _never_retrieved(documents: Iterable[DocumentRow], around: AuditSurroundings) -> Iterator[AuditFinding]:
    if around.retrieved is None:
        return
    message = f"No question found it in {around.window}."
    for one in documents:
        if not one.error_code and one.source not in around.retrieved:
            yield _found(FindingKind.NEVER_RETRIEVED, (one,), severity="note", message=message)


def _wrong(kind: FindingKind, document: DocumentRow, *, message: str, next_step: str) -> AuditFinding:
    return _found(kind, (document,), severity="wrong", message=message, next_step=next_step)


def _warning(kind: FindingKind, *documents: DocumentRow, message: str, next_step: str) -> AuditFinding:
    return _found(kind, documents, severity="warning", message=message, next_step=next_step)


def _found(
    kind: FindingKind, documents: Sequence[DocumentRow], *, severity: Severity, message: str, next_step: str = ""
) -> AuditFinding:
    """Return what was found of documents of one tenant, or of the corpus as a whole where there is none."""
    return AuditFinding(
        kind=kind,
        severity=severity,
        subjects=tuple(one.source for one in documents),
        message=message,
        next_step=next_step,
        tenant=documents[0].tenant if documents else "",
    )
