"""A corpus as people look at it who look after it: how much there is, which documents, and one of them with its chunks.

Projects ask it for the console. A caller sees documents that they may read, as in retrieval, and how many others there
are; a document that is for others is not there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from plimsoll.errors import NotFound
from plimsoll.knowledge.tables.browsing import (
    DocumentChunk,
    DocumentFilter,
    DocumentPlace,
    DocumentState,
    Holdings,
    measure_holdings,
    read_chunks,
    read_page,
    readable_sources,
)
from plimsoll.knowledge.tables.documents import DocumentRow, MetadataValue
from plimsoll.knowledge.tables.statistics import CorpusStats, count_corpus, hash_content
from plimsoll.records import Principal
from plimsoll.store import Store


class ListedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as a list shows it."""

    id: str
    """Its id; a changed document gets a new one."""
    source: str
    """Where it came from."""
    title: str
    """Its title; empty where it could not be read."""
    origin: str
    """Name of the declared source that it came from; empty where it was named by its path."""
    chunk_count: int
    """Its chunks."""
    tokens: int
    """Their tokens together."""
    readers: tuple[str, ...]
    """Who may read it."""
    metadata: dict[str, MetadataValue]
    """What its source says of it beside its text."""
    ingested_at: datetime
    """When it was read."""
    modified_at: datetime | None
    """When its source says that it last changed; None where the source does not say."""
    checked_at: datetime
    """When it was last seen at its source as it is here."""
    age_seconds: float
    """Time since then."""
    is_stale: bool
    """Whether that is more than its source allows."""
    truncated: str
    """What of it was left out and why; empty where all of it was taken."""
    error_code: str
    """Code of the error where it could not be read; else empty."""
    error_message: str
    """What went wrong, and what to do; else empty."""


class DocumentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a corpus's documents, in the order of their sources."""

    documents: tuple[ListedDocument, ...]
    """The documents, those that could not be read among them."""
    total: int
    """How many the filter means."""
    for_others: int
    """How many documents the corpus has that are not for the caller; nothing else is told of them."""
    next: str | None
    """What to ask for `after`; None where these are the last."""
    previous: str | None
    """What to ask for `before`; None where these are the first."""


class DocumentText(msgspec.Struct, frozen=True, kw_only=True):
    """A document with a part of its chunks."""

    document: ListedDocument
    """The document."""
    chunks: tuple[DocumentChunk, ...]
    """Chunks in order."""
    next: int | None
    """The place of the next chunk; None where these are the last."""


class Ages(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as stale in a corpus now."""

    now: datetime
    """The moment."""
    max_ages: Mapping[str, timedelta]
    """What each declared source allows, by its name."""
    otherwise: timedelta | None = None
    """What holds for all others; None: any age."""

    def seen_before(self) -> dict[str, datetime]:
        """Return before which moment a stale document of each source was last seen."""
        return {origin: self.now - age for origin, age in self.max_ages.items()}

    def describe(self, row: DocumentRow, tokens: int) -> ListedDocument:
        """Return the document as a list shows it."""
        age = max(timedelta(0), self.now - row.checked_at)
        most = self.max_ages.get(row.origin, self.otherwise)
        fields = {name: getattr(row, name) for name in ListedDocument.__struct_fields__ if hasattr(row, name)}
        stale = most is not None and age > most
        return ListedDocument(**fields, tokens=tokens, age_seconds=age.total_seconds(), is_stale=stale)


def filter_documents(
    caller: Principal, ages: Ages, *, origin: str | None = None, state: DocumentState | None = None, text: str = ""
) -> DocumentFilter:
    """Return the filter that means the caller's documents of an origin and in a state, with a text in their name."""
    return DocumentFilter(
        caller=caller,
        origin=origin,
        state=state,
        text=text,
        seen_before=ages.seen_before(),
        otherwise_seen_before=None if ages.otherwise is None else ages.now - ages.otherwise,
    )


async def browse_documents(
    store: Store, corpus: str, where: DocumentFilter, *, place: DocumentPlace, ages: Ages
) -> DocumentPage:
    """Return the documents at the place."""
    found = await store.read(lambda connection: read_page(connection, corpus, where, place=place))
    is_first = not found.has_more if place.before else not place.after
    is_last = not place.before and not found.has_more
    return DocumentPage(
        documents=tuple(ages.describe(row, found.tokens.get(row.id, 0)) for row in found.rows),
        total=found.total,
        for_others=found.for_others,
        next=None if is_last or not found.rows else found.rows[-1].source,
        previous=None if is_first or not found.rows else found.rows[0].source,
    )


async def read_document(
    store: Store, corpus: str, document_id: str, *, caller: Principal, ages: Ages, first: int, limit: int
) -> DocumentText:
    """Return the document with its chunks from a place on. Raises NotFound, also where it is not for the caller."""
    found = await store.read(
        lambda connection: read_chunks(connection, corpus, document_id, caller=caller, first=first, limit=limit)
    )
    if found is None:
        raise NotFound(
            f"There is no document {document_id!r} in {corpus!r}.",
            next_step="A document that changed has another id: look for its name among the corpus's documents.",
        )
    return DocumentText(document=ages.describe(found.row, found.tokens), chunks=tuple(found.chunks), next=found.next)


async def find_readable(store: Store, corpus: str, sources: Sequence[str], *, caller: Principal) -> set[str]:
    """Return those of the sources whose documents are there and for the caller."""
    return await store.read(lambda connection: readable_sources(connection, corpus, sources, caller=caller))


async def identify_content(store: Store, corpus: str) -> str:
    """Return a hash of what the corpus knows: the same for the same documents, cut alike, under one embedding model."""
    return await store.read(lambda connection: hash_content(connection, corpus))


async def count_documents(store: Store, corpus: str, *, tenant: str | None) -> CorpusStats:
    """Return how much the corpus knows, of one tenant or of all; neither index nor embedding model is opened."""
    return await store.read(lambda connection: count_corpus(connection, corpus, tenant=tenant))


async def measure_corpus(store: Store, corpus: str, *, tenant: str) -> Holdings:
    """Return how much the corpus holds of the tenant."""
    return await store.read(lambda connection: measure_holdings(connection, corpus, tenant=tenant))
