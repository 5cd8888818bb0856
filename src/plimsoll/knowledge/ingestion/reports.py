"""What ingestion tells: how far it is, and what became of each document."""

import msgspec


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
