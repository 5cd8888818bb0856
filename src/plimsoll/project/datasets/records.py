"""What the operations on datasets hand back: frozen records for the command line and for programs."""

from datetime import datetime
from typing import Literal

import msgspec

from plimsoll.datasets import BadRow, StoredVersion

KeptIn = Literal["file", "store"]
"""KeptIn a dataset is kept: a file of the project, or its state database."""


class DatasetCard(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset of the project, in one line."""

    name: str
    """Its name."""
    where: KeptIn
    """A file, or stored."""
    version: str
    """Content hash of what is current; empty where the file is broken."""
    cases: int
    """Its cases."""
    from_traces: int = 0
    """Cases that were made from traces: they hold what people wrote. Of files only."""
    versions: int = 1
    """Versions that are kept."""
    changed_at: datetime | None = None
    """When the stored one last changed, in UTC."""
    features: tuple[str, ...] = ()
    """The features that are evaluated on it."""
    problem: str = ""
    """Why the file cannot be read; empty where it can."""


class DatasetPage(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset, looked at."""

    card: DatasetCard
    """Its line."""
    tags: dict[str, int]
    """Cases by tag."""
    clusters: int
    """Clusters that cases share; those in none are left out."""
    expectations: dict[str, int]
    """Cases by what is expected of them: `contains`, `abstain`, …"""
    versions: tuple[StoredVersion, ...]
    """The stored versions, the current one first; empty for a file."""


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did."""

    name: str
    """The dataset."""
    where: KeptIn
    """KeptIn it is kept."""
    version: str
    """Its content hash now; empty where it still does not exist."""
    cases: int
    """Its cases now."""
    added: int
    """Cases that are new."""
    known: int
    """Cases that were there already, just so."""
    kept: tuple[str, ...]
    """Ids that were there already with something else: they stay as they were."""
    left_out: dict[str, int] = {}
    """What became no case, by reason."""
    bad_rows: tuple[BadRow, ...] = ()
    """Rows that are no cases."""
    from_traces: int = 0
    """Cases of the import that hold what people wrote."""


class SplitReport(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset in two."""

    where: KeptIn
    """KeptIn both are kept."""
    cases: dict[str, int]
    """Cases by name of the new dataset."""
    versions: dict[str, str]
    """Content hashes by name."""


class PullReport(msgspec.Struct, frozen=True, kw_only=True):
    """A stored version, written to a file."""

    name: str
    """The dataset."""
    version: str
    """Its content hash, verified by reading the file again."""
    file: str
    """The file."""
    cases: int
    """Cases that were written."""
    from_traces: int
    """Those that were made from traces."""
