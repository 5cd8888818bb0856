"""What an audit finds. Records only."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
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
    INCONSISTENT = "inconsistent"
    """Chunks and documents do not belong together as they should."""
    INDEX_BEHIND = "index behind"
    """The index of this machine lacks changes of the corpus."""
    UNUSED_FILES = "unused files"
    """Files beside the index of this machine that nothing needs."""


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    kind: FindingKind
    """What."""
    severity: Severity
    """How bad it is."""
    subjects: tuple[str, ...]
    """The documents, by their sources: one, or the two of a pair; none where it concerns the corpus as a whole."""
    message: str
    """What was found, in one sentence."""
    next_step: str = ""
    """What to type or change."""
    tenant: str = ""
    """Whose documents they are; empty where it concerns the corpus as a whole."""


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
    counts: dict[str, int]
    """How many findings there are of each kind, the worst kinds first; those that were left out among them."""
    left_out: int = 0
    """Findings that are counted and not listed, the mildest."""
    limits: tuple[str, ...] = ()
    """What was not looked at, and why; empty where all was."""
    window: str
    """Which retrievals the audit knows of."""

    @property
    def worst(self) -> Severity | None:
        """Return the worst severity among the findings; None where nothing is wrong."""
        return self.findings[0].severity if self.findings else None

    def reaches(self, severity: Severity) -> bool:
        """Tell whether any finding is that bad or worse."""
        return self.worst is not None and SEVERITIES.index(self.worst) >= SEVERITIES.index(severity)

    def about(self, sources: Collection[str], *, tenant: str) -> "AuditReport":
        """Return what it says of these documents of one tenant, and of the corpus as a whole."""
        mine = [one for one in self.findings if one.tenant in {"", tenant}]
        kept = tuple(one for one in mine if all(subject in sources for subject in one.subjects))
        return msgspec.structs.replace(self, findings=kept, counts=count_kinds(kept), left_out=0)


def count_kinds(findings: Iterable[AuditFinding]) -> dict[str, int]:
    """Return how many findings there are of each kind, in the order of the findings."""
    return dict(Counter(one.kind.value for one in findings))


def describe_counts(counts: Mapping[str, int]) -> str:
    """Return how many findings there are of each kind, in words."""
    return ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing wrong"
