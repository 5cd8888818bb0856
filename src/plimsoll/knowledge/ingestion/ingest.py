"""Brings documents into a corpus: compare, parse, chunk, embed, commit. One run is one `Ingestion`.

`Corpus` calls it under the corpus's lock. A document is committed with its chunks and vectors in one transaction, so
a run that is killed leaves whole documents only, and the next run takes up the rest.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextvars import copy_context
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.errors import DocumentError, TooLarge
from plimsoll.knowledge.chunking import Chunk, Chunking, chunk_document, describe_truncation
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.ingestion.reports import FailedDocument, IngestProgress, IngestReport
from plimsoll.knowledge.ingestion.standing import Standing
from plimsoll.knowledge.ingestion.vectors import UnembeddedChunk, embed_chunks, row_of, take_known
from plimsoll.knowledge.parse import ParseLimits, ParserProcess, is_foreign_format, parse_text_file
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.sources.source import DeclaredSource, Listing, SourceItem
from plimsoll.knowledge.tables.chunks import ChunkRow
from plimsoll.knowledge.tables.documents import DocumentRow
from plimsoll.knowledge.tables.replacing import remove_documents, replace_document
from plimsoll.knowledge.tables.vectors import VectorRow, read_vectors
from plimsoll.records import Clock, new_id
from plimsoll.store import Store

_RECIPE_VERSION = 6
"""Raised whenever parsing or chunking gives another result for the same file."""
_CHUNKS_AT_ONCE = 256
_DOCUMENTS_AT_ONCE = 32
_EMBED_SLICE = 64

T = TypeVar("T")


class Wiring(msgspec.Struct, frozen=True, kw_only=True):
    """What an ingestion works with."""

    corpus: str
    """Name of the corpus."""
    tenant: str
    """Whose documents they are."""
    store: Store
    """Where the truth is kept."""
    embedder: TextEmbedder
    """Makes the vectors that serve, and counts tokens."""
    others: tuple[TextEmbedder, ...] = ()
    """Make vectors that are kept beside them while the corpus changes its model."""
    clock: Clock
    """Tells the time."""
    threads: Executor
    """Where blocking work runs."""
    limits: ParseLimits
    """How much one document may ask for."""
    chunking: Chunking
    """How documents are cut."""
    progress: Callable[[IngestProgress], None] | None
    """Told after each file."""


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was parsed and cut, and waits for its vectors."""

    row: DocumentRow
    text: str
    chunks: list[Chunk]
    replaced: DocumentRow | None


class Ingestion:
    """One run over what a source lists."""

    def __init__(self, wiring: Wiring, parser: ParserProcess, *, declared: DeclaredSource, scratch: Path) -> None:
        self._wiring = wiring
        self._parser = parser
        self._declared = declared
        self._scratch = scratch
        self._recipe = recipe_of(wiring.embedder, wiring.chunking)
        self._waiting: list[_Read] = []
        self._committing: asyncio.Task[None] | None = None
        self._failed: list[FailedDocument] = []
        self._notes: list[str] = []
        self._counts = {"added": 0, "changed": 0}
        self._chunks = self._texts = self._tokens = 0

    async def run(self, listing: Listing, *, known: Sequence[DocumentRow], gone: Sequence[DocumentRow]) -> IngestReport:
        """Bring the corpus to what the source lists, and report.

        `known` are the documents that may be among the listed ones, `gone` those to be forgotten at the end unless one
        of them turns up under another name. Failing documents are reported, and are no longer answered from.
        """
        began = self._wiring.clock.monotonic()
        standing = Standing(self._wiring.corpus, self._wiring.store, recipe=self._recipe, gone=gone)
        by_name = {row.source: row for row in known}
        try:
            for done, item in enumerate(listing.items, start=1):
                await self._take(item, by_name.get(item.name), standing)
                if self._is_full():
                    await self._commit_soon()
                self._tell(done, len(listing.items), item.name)
            await self._commit_soon()
            await self._committed()
        finally:
            await self._stop_committing()
        await standing.flush()
        removed = await self._forget(standing.not_moved())
        return IngestReport(
            **self._counts,
            unchanged=standing.unchanged,
            moved=standing.moved,
            described=standing.described,
            removed=removed,
            failed=tuple(self._failed),
            skipped=listing.skipped,
            notes=(*listing.notes, *self._notes),
            chunks=self._chunks,
            texts_embedded=self._texts,
            tokens_embedded=self._tokens,
            seconds=self._wiring.clock.monotonic() - began,
        )

    async def _take(self, item: SourceItem, known: DocumentRow | None, standing: Standing) -> None:
        row = self._row_of(item, known)
        if item.version and await standing.keep_version(row, known):
            return
        path = await self._declared.source.fetch(item, scratch=self._scratch)
        try:
            content_hash = item.content_hash or await self._call(lambda: hash_file(path, self._wiring.limits))
            row = msgspec.structs.replace(row, content_hash=content_hash)
            if not await standing.keep_content(row, known):
                await self._read(path, item, row=row, replaced=known, standing=standing)
        finally:
            if path.is_relative_to(self._scratch):
                path.unlink(missing_ok=True)

    def _row_of(self, item: SourceItem, known: DocumentRow | None) -> DocumentRow:
        now = self._wiring.clock.now()
        # What a declared source says of its document is not unsaid by someone who names its file.
        owner = known if known is not None and known.origin and not self._declared.name else None
        return DocumentRow(
            id=new_id(self._wiring.clock),
            tenant=self._wiring.tenant,
            source=item.name,
            title="",
            content_hash="",
            recipe=self._recipe,
            chunk_count=0,
            sentence_count=0,
            ingested_at=now,
            origin=owner.origin if owner else self._declared.name,
            readers=owner.readers if owner else item.readers or self._declared.readers,
            metadata=owner.metadata if owner else {**self._declared.metadata, **item.metadata},
            modified_at=item.modified_at,
            checked_at=now,
            version=item.version,
        )

    async def _read(
        self, path: Path, item: SourceItem, *, row: DocumentRow, replaced: DocumentRow | None, standing: Standing
    ) -> None:
        try:
            parsed = await self._parse(path, item)
        except (DocumentError, TooLarge) as error:
            self._failed.append(FailedDocument(source=row.source, code=error.code, message=str(error)))
            failed = msgspec.structs.replace(row, error_code=error.code, error_message=str(error))
            if not await standing.keep_failed(failed, replaced):
                await self._replace(failed, [], [])
            return
        self._notes.extend(parsed.notes)
        self._notes.extend([f"{item.name!r}: {parsed.truncated}"] if parsed.truncated else [])
        self._waiting.append(await self._call(lambda: self._cut(row, parsed, replaced=replaced)))

    async def _parse(self, path: Path, item: SourceItem) -> ParsedDocument:
        if await self._call(lambda: is_foreign_format(path)):
            parsed = await self._parser.parse(path, source=item.name)
        else:
            parsed = await self._call(lambda: parse_text_file(path, source=item.name, limits=self._wiring.limits))
        return msgspec.structs.replace(parsed, title=item.title) if item.title else parsed

    def _cut(self, row: DocumentRow, parsed: ParsedDocument, *, replaced: DocumentRow | None) -> _Read:
        embedder = self._wiring.embedder
        chunks = chunk_document(parsed, reader=embedder, chunking=self._wiring.chunking)
        unread = describe_truncation(chunks, max_tokens=embedder.max_tokens)
        complete = msgspec.structs.replace(
            row,
            title=parsed.title,
            truncated=" ".join(filter(None, (parsed.truncated, unread))),
            chunk_count=len(chunks),
            sentence_count=sum(len(chunk.sentences) for chunk in chunks),
        )
        return _Read(row=complete, text=parsed.text, chunks=chunks, replaced=replaced)

    async def _commit_soon(self) -> None:
        """Embed and commit what waits while the next documents are read; two batches are in memory at most."""
        await self._committed()
        waiting, self._waiting = self._waiting, []
        self._committing = asyncio.create_task(self._commit(waiting))

    async def _committed(self) -> None:
        committing, self._committing = self._committing, None
        if committing is not None:
            await committing

    async def _stop_committing(self) -> None:
        if self._committing is not None:
            self._committing.cancel()
            await asyncio.gather(self._committing, return_exceptions=True)

    async def _commit(self, waiting: Sequence[_Read]) -> None:
        wanted = {read.row.id: self._unembedded(read) for read in waiting}
        chunks = [chunk for ours in wanted.values() for chunk in ours]
        replaced = [read.replaced.id for read in waiting if read.replaced]
        vectors: dict[str, list[VectorRow]] = defaultdict(list)
        for embedder in (self._wiring.embedder, *self._wiring.others):
            for vector in await self._vectors_of(chunks, replaced, embedder):
                vectors[vector.chunk_id].append(vector)
        for read in waiting:
            ours = wanted[read.row.id]
            await self._replace(
                read.row, [row_of(chunk) for chunk in ours], [row for chunk in ours for row in vectors[chunk.id]]
            )
            self._chunks += len(ours)
            self._counts["changed" if read.replaced else "added"] += 1

    def _unembedded(self, read: _Read) -> list[UnembeddedChunk]:
        return [
            UnembeddedChunk(
                id=new_id(self._wiring.clock),
                document_id=read.row.id,
                place=place,
                chunk=chunk,
                text=read.text[chunk.start : chunk.end],
            )
            for place, chunk in enumerate(read.chunks)
        ]

    async def _vectors_of(
        self, wanted: Sequence[UnembeddedChunk], replaced: Sequence[str], embedder: TextEmbedder
    ) -> list[VectorRow]:
        known = await self._wiring.store.read(
            lambda connection: read_vectors(connection, replaced, fingerprint=embedder.fingerprint) if replaced else {}
        )
        rows = take_known(wanted, known, fingerprint=embedder.fingerprint)
        there = {row.chunk_id for row in rows}
        missing = sorted((one for one in wanted if one.id not in there), key=lambda one: len(one.text))
        for first in range(0, len(missing), _EMBED_SLICE):
            part = missing[first : first + _EMBED_SLICE]
            embedded, tokens = await self._call(lambda part=part: embed_chunks(part, embedder=embedder))
            rows += embedded
            self._texts += len(part)
            self._tokens += tokens
        return rows

    async def _replace(self, row: DocumentRow, chunks: Sequence[ChunkRow], vectors: Sequence[VectorRow]) -> None:
        corpus = self._wiring.corpus
        await self._wiring.store.write(
            lambda connection: replace_document(connection, corpus, row, chunks=chunks, vectors=vectors)
        )

    async def _forget(self, gone: Sequence[DocumentRow]) -> int:
        sources = [row.source for row in gone]
        if sources:
            wiring, now = self._wiring, self._wiring.clock.now()
            await wiring.store.write(
                lambda connection: remove_documents(connection, wiring.corpus, sources, tenant=wiring.tenant, at=now)
            )
        return len(sources)

    def _is_full(self) -> bool:
        chunks = sum(len(read.chunks) for read in self._waiting)
        return chunks >= _CHUNKS_AT_ONCE or len(self._waiting) >= _DOCUMENTS_AT_ONCE

    def _tell(self, done: int, total: int, source: str) -> None:
        if self._wiring.progress is not None:
            self._wiring.progress(IngestProgress(done=done, total=total, source=source, chunks=self._chunks))

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._wiring.threads, copy_context().run, work)


def recipe_of(embedder: TextEmbedder, chunking: Chunking) -> str:
    """Return the hash of everything but the file that decides what its chunks are."""
    said = f"{_RECIPE_VERSION} {embedder.max_tokens} {chunking.describe()}"
    return hashlib.sha256(said.encode()).hexdigest()


def hash_file(path: Path, limits: ParseLimits) -> str:
    """Return the SHA-256 of a file; empty where the parser will say why it cannot be read."""
    try:
        if path.stat().st_size >= limits.max_file_bytes:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
