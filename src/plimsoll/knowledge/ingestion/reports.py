"""What ingestion tells: how far it is, and what became of each document."""

import msgspec

from plimsoll.knowledge.tables.sources import SyncResult


class IngestProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an ingestion is."""

    done: int
    """Files dealt with."""
    total: int
    """Files found."""
    source: str
    """The file that was dealt with last."""
    chunks: int
    """Chunks written so far."""
    waiting: str = ""
    """What is waited for before anything is read, in a sentence; else empty."""


class FailedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that could not be read; the others were."""

    source: str
    """Which one."""
    code: str
    """Code of the error, e.g. `unreadable_document`."""
    message: str
    """What happened and what to do, in one or two sentences."""


class IngestReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an ingestion did."""

    added: int
    """Documents that were new."""
    changed: int
    """Documents whose content, or whose way of being read, had changed."""
    unchanged: int
    """Documents left as they were."""
    removed: int
    """Documents forgotten because their file is gone."""
    failed: tuple[FailedDocument, ...]
    """Documents that could not be read."""
    skipped: dict[str, int]
    """Files in the folders that no parser reads: how many of each ending."""
    notes: tuple[str, ...]
    """What had to be guessed, e.g. an encoding."""
    chunks: int
    """Chunks written."""
    seconds: float
    """Time taken."""
    moved: int = 0
    """Documents that have another name now and the same content: their chunks and vectors stayed."""
    described: int = 0
    """Documents whose readers or metadata changed and nothing else: their chunks and vectors stayed."""
    texts_embedded: int = 0
    """Texts that the embedding model read; chunks that said the very same before keep their vectors."""
    tokens_embedded: int = 0
    """Tokens that it read."""


class SyncReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one synchronisation of one source."""

    source: str
    """Its name."""
    kind: str
    """What it is, e.g. `web`."""
    result: SyncResult
    """`synced`; or `held`, `unreachable`, `refused`: then nothing was forgotten, and it answers as before."""
    message: str
    """Why, in words; empty after a success."""
    report: IngestReport | None
    """What was done to the corpus; None where it was held, unreachable or refused."""
    notes: tuple[str, ...] = ()
    """What had to be passed over or guessed, a sentence each."""
