"""What is shown to those who look after a corpus: its documents by the page, one with its chunks, and their number.

`browsing` asks. Only what the caller may read is named; of the rest only the number is told. A page costs the same in
a corpus of a hundred documents and of a hundred thousand.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, or_, select

from plimsoll.knowledge.readers import EVERYONE, names_of
from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.corpora import CORPORA
from plimsoll.knowledge.tables.documents import DOCUMENT_COLUMNS, DOCUMENTS, DocumentRow, document_of
from plimsoll.records import Principal

DocumentState = Literal["read", "truncated", "stale", "unreadable"]
"""`read`: all of it. `truncated`: a part of it. `stale`: seen at its source longer ago than that allows. `unreadable`:
none of it."""
DOCUMENT_STATES: tuple[DocumentState, ...] = get_args(DocumentState)


class DocumentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which documents of a corpus are meant."""

    caller: Principal
    """Who looks; what they may not read is not there."""
    origin: str | None = None
    """Name of the declared source that they came from, empty for paths; None: any."""
    state: DocumentState | None = None
    """How they are; None: however."""
    text: str = ""
    """What stands in their title or source."""
    seen_before: Mapping[str, datetime] = {}
    """The moment before which a document of each source was last seen when it is stale; of others none is."""
    otherwise_seen_before: datetime | None = None
    """That moment for the sources which are not named; None: none of theirs is stale."""


class DocumentPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the documents is shown, in the order of their sources."""

    after: str = ""
    """The source that they follow; empty: from the first."""
    before: str = ""
    """The source that they precede, in place of `after`; empty: none."""
    limit: int = 50
    """How many at most."""


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus holds of one tenant."""

    seq: int
    """Changes applied to the corpus so far."""
    updated_at: datetime | None
    """When it last changed; None before the first ingestion."""
    documents: int
    """Documents that answers can come from."""
    chunks: int
    """Their chunks."""
    failed: int
    """Documents that could not be read."""
    truncated: int
    """Documents of which only a part was taken."""
    oldest_at: datetime | None
    """When the document that was not seen at its source for longest was last seen there."""
    newest_at: datetime | None
    """The same of the one that was seen last."""


class DocumentChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk of a document, without its vectors."""

    id: str
    """Its id."""
    place: int
    """Its number within the document, counted from 0."""
    section: int
    """Number of its section within the document."""
    start: int
    """First character, counted within the document's parsed text."""
    heading: str
    """The headings above it, joined by ` > `."""
    page: int | None
    """Its page, counted from 1."""
    tokens: int
    """Tokens of context and text, as the embedder counts them; 0 where it was never counted."""
    is_cut: bool
    """Whether it begins or ends within a sentence."""
    text: str
    """Its text."""


_AT_ONCE = 500
_CHUNK_COLUMNS = [CHUNKS.c[name] for name in DocumentChunk.__struct_fields__]


class DocumentRows(msgspec.Struct, frozen=True, kw_only=True):
    """A page of documents, of one moment."""

    rows: list[DocumentRow]
    """The documents."""
    tokens: dict[str, int]
    """Tokens of their chunks, by id."""
    has_more: bool
    """Whether there are others beyond them, on the way that the page was looked for."""
    total: int
    """How many are meant."""
    for_others: int
    """How many documents of the tenant are for other readers."""


class ChunksOfDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document with a page of its chunks, of one moment."""

    row: DocumentRow
    """The document."""
    tokens: int
    """Tokens of all of its chunks."""
    chunks: list[DocumentChunk]
    """Chunks in order."""
    next: int | None
    """The place of the next chunk; None where these are the last."""


def read_page(connection: Connection, corpus: str, where: DocumentFilter, *, place: DocumentPlace) -> DocumentRows:
    """Return the documents at the place, by source, and how many there are."""
    more = msgspec.structs.replace(place, limit=place.limit + 1)
    found = _page(connection, corpus, where, place=more)
    rows = found[-place.limit :] if place.before else found[: place.limit]
    theirs = _of_tenant(corpus, where.caller)
    readable = _count(connection, *theirs, _read_by(connection, where.caller))
    conditions = _conditions(where)
    return DocumentRows(
        rows=rows,
        tokens=_sum_tokens(connection, [row.id for row in rows]),
        has_more=len(found) > place.limit,
        total=_count(connection, *_meant(connection, corpus, where)) if conditions else readable,
        for_others=_count(connection, *theirs) - readable,
    )


def read_chunks(
    connection: Connection, corpus: str, document_id: str, *, caller: Principal, first: int, limit: int
) -> ChunksOfDocument | None:
    """Return the document with its chunks from a place on; None where it is not there, or not for the caller."""
    mine = (*_of_tenant(corpus, caller), _read_by(connection, caller), DOCUMENTS.c.id == document_id)
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(*mine)).mappings().first()
    if row is None:
        return None
    here = (CHUNKS.c.document_id == document_id, CHUNKS.c.place >= first)
    query = select(*_CHUNK_COLUMNS).where(*here).order_by(CHUNKS.c.place).limit(limit + 1)
    chunks = [_chunk(dict(one)) for one in connection.execute(query).mappings()]
    return ChunksOfDocument(
        row=document_of(row),
        tokens=_sum_tokens(connection, [document_id]).get(document_id, 0),
        chunks=chunks[:limit],
        next=chunks[limit].place if len(chunks) > limit else None,
    )


def readable_sources(connection: Connection, corpus: str, sources: Sequence[str], *, caller: Principal) -> set[str]:
    """Return those of the sources whose documents are there and for the caller."""
    mine = (*_of_tenant(corpus, caller), _read_by(connection, caller))
    found: set[str] = set()
    for start in range(0, len(sources), _AT_ONCE):
        part = sources[start : start + _AT_ONCE]
        found.update(
            connection.execute(select(DOCUMENTS.c.source).where(*mine, DOCUMENTS.c.source.in_(part))).scalars()
        )
    return found


def measure_holdings(connection: Connection, corpus: str, *, tenant: str) -> Holdings:
    """Return what the corpus holds of the tenant."""
    is_read = DOCUMENTS.c.error_code == ""
    sums = connection.execute(
        select(
            func.count().filter(is_read),
            func.coalesce(func.sum(DOCUMENTS.c.chunk_count), 0),
            func.count().filter(~is_read),
            func.count().filter(is_read, DOCUMENTS.c.truncated != ""),
            func.min(DOCUMENTS.c.checked_at),
            func.max(DOCUMENTS.c.checked_at),
        ).where(DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.tenant == tenant)
    ).one()
    row = connection.execute(
        select(CORPORA.c.applied_seq, CORPORA.c.updated_at).where(CORPORA.c.name == corpus)
    ).first()
    return Holdings(
        seq=row[0] if row else 0,
        updated_at=row[1] if row else None,
        documents=sums[0],
        chunks=sums[1],
        failed=sums[2],
        truncated=sums[3],
        oldest_at=sums[4],
        newest_at=sums[5],
    )


def _page(connection: Connection, corpus: str, where: DocumentFilter, *, place: DocumentPlace) -> list[DocumentRow]:
    source = DOCUMENTS.c.source
    if place.before:
        beside, order = source < place.before, source.desc()
    else:
        beside, order = source > place.after, source.asc()
    query = select(*DOCUMENT_COLUMNS).where(*_meant(connection, corpus, where), beside).order_by(order)
    rows = [document_of(row) for row in connection.execute(query.limit(place.limit)).mappings()]
    return rows[::-1] if place.before else rows


def _count(connection: Connection, *meant: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(DOCUMENTS).where(*meant)).scalar_one()


def _sum_tokens(connection: Connection, document_ids: Sequence[str]) -> dict[str, int]:
    query = (
        select(CHUNKS.c.document_id, func.sum(CHUNKS.c.tokens))
        .where(CHUNKS.c.document_id.in_(document_ids))
        .group_by(CHUNKS.c.document_id)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _chunk(row: dict[str, Any]) -> DocumentChunk:
    return DocumentChunk(**row)


def _of_tenant(corpus: str, caller: Principal) -> tuple[ColumnElement[bool], ...]:
    return (DOCUMENTS.c.corpus == corpus, DOCUMENTS.c.tenant == caller.tenant)


def _meant(connection: Connection, corpus: str, where: DocumentFilter) -> tuple[ColumnElement[bool], ...]:
    return (*_of_tenant(corpus, where.caller), _read_by(connection, where.caller), *_conditions(where))


def _conditions(where: DocumentFilter) -> list[ColumnElement[bool]]:
    """Return what is asked of the documents beyond who may read them."""
    meant: list[ColumnElement[bool]] = []
    if where.origin is not None:
        meant.append(DOCUMENTS.c.origin == where.origin)
    if where.state is not None:
        meant.append(_is_in(where.state, where))
    if where.text:
        columns = (DOCUMENTS.c.source, DOCUMENTS.c.title)
        meant.append(or_(*(column.icontains(where.text, autoescape=True) for column in columns)))
    return meant


def _read_by(connection: Connection, caller: Principal) -> ColumnElement[bool]:
    """Return `readers.may_read` as a condition; what is for everyone, nearly always most of it, is compared as text."""
    unpack = func.json_array_elements_text if connection.dialect.name == "postgresql" else func.json_each
    reader = unpack(DOCUMENTS.c.readers).table_valued("value")
    is_named = select(reader.c.value).where(reader.c.value.in_(sorted(names_of(caller)))).exists()
    return or_(cast(DOCUMENTS.c.readers, Text) == msgspec.json.encode(EVERYONE).decode(), is_named)


def _is_in(state: DocumentState, where: DocumentFilter) -> ColumnElement[bool]:
    is_read = DOCUMENTS.c.error_code == ""
    match state:
        case "unreadable":
            return ~is_read
        case "truncated":
            return and_(is_read, DOCUMENTS.c.truncated != "")
        case "stale":
            return and_(is_read, _is_stale(where))
        case "read":
            return and_(is_read, DOCUMENTS.c.truncated == "")


def _is_stale(where: DocumentFilter) -> ColumnElement[bool]:
    """Return `Freshness.is_stale` as a condition."""
    seen, origin = DOCUMENTS.c.checked_at, DOCUMENTS.c.origin
    ways = [and_(origin == name, seen < at) for name, at in where.seen_before.items()]
    if where.otherwise_seen_before is not None:
        ways.append(and_(origin.not_in(list(where.seen_before)), seen < where.otherwise_seen_before))
    return or_(*ways) if ways else DOCUMENTS.c.id != DOCUMENTS.c.id
