"""What an audit finds. Records only."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

Severity = Literal["note", "warning", "wrong"]
"""`wrong`: answers suffer now; `warning`: they will, or may; `note`: worth knowing."""
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "wrong")
"""Mildest first."""


class FindingKind(StrEnum):
    """What can be wrong with a document or a corpus."""

    STALE = "stale"
    """Not seen at its source for longer than it may be."""
    GONE = "gone"
    """No longer at its source, and still answered from."""
    ORPHANED = "orphaned"
    """Of a source or a corpus that is no longer declared: nothing keeps it current."""
    DUPLICATE = "duplicate"
    """Two documents of the same bytes."""
    NEAR_DUPLICATE = "near duplicate"
    """Two documents that share most of their text."""
    TRUNCATED = "truncated"
    """Not all of it was taken."""
    UNREADABLE = "unreadable"
    """It could not be read, so nothing answers from it."""
    NEVER_RETRIEVED = "never retrieved"
    """No question found it in the traces that were looked at."""
    UNREACHABLE = "unreachable"
    """No key and no group may read it."""
    OTHER_MODEL = "other model"
    """Its vectors are of another embedding model: it is found by its words only."""


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    kind: FindingKind
    """What."""
    severity: Severity
    """How bad it is."""
    subjects: tuple[str, ...]
    """The documents, by their sources: one, or the two of a pair."""
    message: str
    """What was found, in one sentence."""
    next_step: str = ""
    """What to type or change."""


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit of one corpus found."""

    corpus: str
    """The corpus."""
    at: datetime
    """When it was audited, in UTC."""
    documents: int
    """Documents that were looked at."""
    findings: tuple[AuditFinding, ...]
    """What is wrong, the worst first."""
    limits: tuple[str, ...] = ()
    """What was not looked at, and why; empty where all was."""
    window: str
    """Which retrievals the audit knows of."""

    def counts(self) -> dict[str, int]:
        """Return how many findings there are of each kind, in the order of the findings."""
        counted: dict[str, int] = {}
        for one in self.findings:
            counted[one.kind.value] = counted.get(one.kind.value, 0) + 1
        return counted

    def reaches(self, severity: Severity) -> bool:
        """Tell whether any finding is that bad or worse."""
        return any(SEVERITIES.index(one.severity) >= SEVERITIES.index(severity) for one in self.findings)
