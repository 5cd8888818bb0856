"""Who may read which row, and what its document says of itself: a view is cut from it before anything is ranked.

`snapshot` gathers it while it is built, and asks it for a view at each question. Every pair of tenant and readers is
an audience with a number; every document has one. What it decides is decided again by the table on the final ids.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.fulltext import Only
from plimsoll.knowledge.index.vectors import Rows
from plimsoll.knowledge.readers import names_of
from plimsoll.knowledge.tables.documents import MetadataValue
from plimsoll.knowledge.tables.indexed import IndexedChunk
from plimsoll.knowledge.where import Where
from plimsoll.records import Principal

_NOTHING = -1
_VIEWS_KEPT = 16
_FEW_DOCUMENTS = 1_000
"""Beyond it, naming the documents to the full text costs more than passing over others' rows."""
_SMALL_SHARE = 0.05
"""Below it, naming the audiences costs less than looking at twenty rows for one that may be read."""

Codes = NDArray[np.int32]
"""Numbers of audiences, documents or values."""
Mask = NDArray[np.bool_]
"""Which of them take part."""


class Audience(msgspec.Struct, frozen=True):
    """Who may read a document."""

    tenant: str
    """Whose it is."""
    readers: tuple[str, ...]
    """Who of them may read it, sorted."""


class MetadataColumn(msgspec.Struct, frozen=True):
    """The values under one key, each once."""

    values: list[MetadataValue]
    """The values."""
    codes: bytes
    """For each document the place of its value as int32, little-endian; -1 where it has none."""


class AccessRecords(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of the documents of a snapshot, as it stands in its file."""

    audiences: list[Audience]
    """Each pair of tenant and readers, by its number."""
    audience_of_document: bytes
    """Number of each document's audience, int32, little-endian."""
    sources: list[str]
    """Source of each document."""
    origins: MetadataColumn
    """Name of the declared source of each document."""
    metadata: dict[str, MetadataColumn]
    """Metadata by key."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that a caller may read and a filter means."""

    mask: Mask
    """Whether each row is in it, shape (rows,)."""
    count: int
    """How many are."""
    rows: Rows | None
    """Their numbers; None where all are in it."""
    only: Only | None
    """What a search by words may be held to, to look at few other rows; None where most rows may be read."""


class Access:
    """The documents of an open snapshot. Safe to use from several threads."""

    def __init__(self, records: AccessRecords, *, document_of_row: Codes) -> None:
        self._records = records
        self._document_of_row = document_of_row
        self._audience_of_document: Codes = np.frombuffer(records.audience_of_document, "<i4")
        self._open_to = _by_name(records.audiences)
        self._views: OrderedDict[Hashable, View] = OrderedDict()
        self._lock = threading.Lock()

    def view(self, caller: Principal, where: Where) -> View:
        """Return the rows that the caller may read and that `where` means."""
        codes = sorted({code for name in names_of(caller) for code in self._open_to.get((caller.tenant, name), ())})
        key = (tuple(codes), msgspec.json.encode(where, order="deterministic"))
        return self._remembered(key, lambda: self._cut(tuple(codes), where))

    def _cut(self, audiences: tuple[int, ...], where: Where) -> View:
        readable = np.zeros(len(self._records.audiences), np.bool_)
        readable[list(audiences)] = True
        documents = readable[self._audience_of_document]
        meant = documents if where.is_open else documents & self._meant(where)
        mask = meant[self._document_of_row]
        rows = np.flatnonzero(mask).astype(np.int32)
        return View(
            mask=mask,
            count=len(rows),
            rows=None if len(rows) == len(mask) else rows,
            only=self._only(audiences, documents, meant),
        )

    def _only(self, audiences: tuple[int, ...], readable: Mask, meant: Mask) -> Only | None:
        if np.count_nonzero(meant) <= _FEW_DOCUMENTS:
            return Only("document", np.flatnonzero(meant).tolist())
        share = np.count_nonzero(readable[self._document_of_row]) / len(self._document_of_row)
        return Only("audience", list(audiences)) if share < _SMALL_SHARE else None

    def _meant(self, where: Where) -> Mask:
        total = len(self._records.sources)
        meant = np.ones(total, np.bool_)
        if where.origin is not None:
            meant &= _select(self._records.origins, lambda origin: where.matches_origin(str(origin)))
        if where.source_prefix:
            starts = (source.startswith(where.source_prefix) for source in self._records.sources)
            meant &= np.fromiter(starts, np.bool_, total)
        for key in where.keys:
            column = self._records.metadata.get(key)
            if column is None:
                return np.zeros(total, np.bool_)
            meant &= _select(column, lambda value, key=key: where.matches_value(key, value))
        return meant

    def _remembered(self, key: Hashable, cut: Callable[[], View]) -> View:
        with self._lock:
            known = self._views.get(key)
        view = known or cut()
        with self._lock:
            self._views[key] = view
            self._views.move_to_end(key)
            while len(self._views) > _VIEWS_KEPT:
                self._views.popitem(last=False)
        return view


class AccessBuilder:
    """Gathers documents and audiences while the chunks of a snapshot stream by."""

    def __init__(self) -> None:
        self._audiences: dict[Audience, int] = {}
        self._documents: dict[str, int] = {}
        self._audience_of_document: list[int] = []
        self._sources: list[str] = []
        self._origins: list[MetadataValue] = []
        self._metadata: list[dict[str, MetadataValue]] = []
        self._document_of_row: list[int] = []

    def add(self, chunk: IndexedChunk) -> tuple[int, int]:
        """Take the next row's document in and return the numbers of its audience and of the document."""
        document = self._documents.setdefault(chunk.document_id, len(self._documents))
        if document == len(self._sources):
            audience = Audience(chunk.tenant, chunk.readers)
            self._audience_of_document.append(self._audiences.setdefault(audience, len(self._audiences)))
            self._sources.append(chunk.source)
            self._origins.append(chunk.origin)
            self._metadata.append(chunk.metadata)
        self._document_of_row.append(document)
        return self._audience_of_document[document], document

    @property
    def document_of_row(self) -> Codes:
        """Return the number of each row's document, shape (rows,)."""
        return np.array(self._document_of_row, np.int32)

    def records(self) -> AccessRecords:
        """Return what is kept of the documents."""
        keys = dict.fromkeys(key for metadata in self._metadata for key in metadata)
        return AccessRecords(
            audiences=list(self._audiences),
            audience_of_document=np.array(self._audience_of_document, "<i4").tobytes(),
            sources=self._sources,
            origins=_column(self._origins),
            metadata={key: _column([metadata.get(key) for metadata in self._metadata]) for key in keys},
        )


def _column(values: Sequence[MetadataValue | None]) -> MetadataColumn:
    # `True` and 1 are one key of a dict, but two values here.
    places: dict[tuple[bool, MetadataValue], int] = {}
    codes = [
        _NOTHING if value is None else places.setdefault((isinstance(value, bool), value), len(places))
        for value in values
    ]
    return MetadataColumn([value for _, value in places], np.array(codes, "<i4").tobytes())


def _select(column: MetadataColumn, holds: Callable[[MetadataValue], bool]) -> Mask:
    chosen = np.array([*(holds(value) for value in column.values), False], np.bool_)
    codes: Codes = np.frombuffer(column.codes, "<i4")
    return chosen[codes]  # -1 is the last: documents without a value are never chosen


def _by_name(audiences: Sequence[Audience]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for code, audience in enumerate(audiences):
        for reader in audience.readers:
            found.setdefault((audience.tenant, reader), []).append(code)
    return found
