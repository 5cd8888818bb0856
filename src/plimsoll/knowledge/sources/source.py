"""What a source of documents is: it lists what it holds and fetches one document after another.

Ingestion asks it. A source reads and names; it decides nothing about what is kept, and never writes to the corpus.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from plimsoll.errors import NotFound, unknown_name
from plimsoll.knowledge.readers import EVERYONE
from plimsoll.knowledge.tables.documents import MetadataValue
from plimsoll.knowledge.tables.sources import ColumnSeen

PATHS = "paths"
"""The name under which the state of a corpus's `paths` is kept; their documents have no origin."""
DEFAULT_LOSS = 0.3
"""Share of its documents that a source may lose at once before a person is asked."""


class SourceItem(msgspec.Struct, frozen=True, kw_only=True):
    """A document as its source lists it, without its content."""

    name: str
    """Its name in answers; the same at every synchronisation."""
    version: str = ""
    """What the source calls this state of it; a document whose known version is the same is not fetched."""
    content_hash: str = ""
    """SHA-256 of its content where listing read that already; else empty."""
    title: str = ""
    """Its title; empty: the document's own."""
    readers: tuple[str, ...] = ()
    """Who may read it, sorted; empty: whoever the source says."""
    metadata: dict[str, MetadataValue] = {}
    """What the source says of this document beside its text."""
    modified_at: datetime | None = None
    """When it last changed, by the source's word."""
    place: str = ""
    """Where the source finds it again."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a source holds."""

    items: tuple[SourceItem, ...]
    """Its documents, each name once."""
    unreached: frozenset[str] = frozenset()
    """Names of known documents that could not be asked for this time: they stay as they are."""
    folders: tuple[str, ...] = ()
    """Names of the folders that were searched in depth, of a source of files."""
    columns: dict[str, ColumnSeen] = {}
    """Columns that a structured source takes its documents from."""
    skipped: dict[str, int] = {}
    """Files that no parser reads: how many of each ending."""
    notes: tuple[str, ...] = ()
    """What had to be passed over or guessed, a sentence each."""


class Source(Protocol):
    """A place that documents come from."""

    @property
    def kind(self) -> str:
        """What it is, e.g. `folder`."""
        ...

    async def list(self, *, known: Mapping[str, str], scratch: Path) -> Listing:
        """Return what the source holds, each call anew.

        `known` are versions by name of the documents that need no fetching; `scratch` is a folder for whatever
        has to be kept until it is fetched. Raises SourceUnavailable when the source cannot be reached or read, and
        InvalidSettings when it can but not as declared.
        """
        ...

    async def fetch(self, item: SourceItem, *, scratch: Path) -> Path:
        """Return a file with the item's content, its ending that of its format; in `scratch` where it was made."""
        ...


class DeclaredSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source with what the project declares of it."""

    name: str
    """Its name within the corpus."""
    source: Source
    """Where its documents come from."""
    readers: tuple[str, ...] = EVERYONE
    """Who may read its documents, sorted, unless a document names its own."""
    metadata: dict[str, MetadataValue] = {}
    """What is said of each of its documents, unless a document says otherwise."""
    max_age: timedelta | None = None
    """Age from which what it said is stale; None: never."""
    most_loss: float = DEFAULT_LOSS
    """Share of its documents that it may lose at once before a person is asked, 0 to 1."""


def find_declared(declared: Sequence[DeclaredSource], names: Sequence[str]) -> list[DeclaredSource]:
    """Return the sources of these names, all where none is given. Raises NotFound with the nearest name."""
    by_name = {one.name or PATHS: one for one in declared}
    for name in names:
        if name not in by_name:
            raise NotFound(
                unknown_name("source", name, by_name),
                next_step="Declare it in plimsoll.toml: [knowledge.NAME.sources.SOURCE].",
            )
    return [by_name[name] for name in names or by_name]


def scratch_file(scratch: Path, number: int, ending: str) -> Path:
    """Return a file in the scratch folder, apart for each number."""
    return scratch / f"{number:08d}{ending}"
