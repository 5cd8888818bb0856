"""Brings documents into a corpus: compare, parse, chunk, embed, commit. One run is one `Ingestion`.

`Corpus` calls it under the corpus's lock. A document is committed with its chunks and vectors in one transaction, so
a run that is killed leaves whole documents only, and the next run takes up the rest.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from plimsoll.errors import DocumentError, TooLarge
from plimsoll.knowledge.chunking import Chunk, Chunking, chunk_document, describe_truncation
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.ingestion.reports import FailedDocument, IngestProgress, IngestReport
from plimsoll.knowledge.parse import ParseLimits, ParserProcess, is_foreign_format, parse_text_file
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.sources.discover import Discovery, FoundFile, is_under
from plimsoll.knowledge.table import ChunkRow, DocumentRow, list_documents, remove_documents, replace_document
from plimsoll.records import Clock, new_id
from plimsoll.store import Store

_RECIPE_VERSION = 5
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
    """Makes the vectors."""
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
    is_new: bool


class Ingestion:
    """One run over the files of a discovery."""

    def __init__(self, wiring: Wiring, parser: ParserProcess) -> None:
        self._wiring = wiring
        self._parser = parser
        self._recipe = recipe_of(wiring.embedder, wiring.chunking)
        self._waiting: list[_Read] = []
        self._failed: list[FailedDocument] = []
        self._notes: list[str] = []
        self._counts = {"added": 0, "changed": 0, "unchanged": 0}
        self._chunks = 0

    async def run(self, discovery: Discovery) -> IngestReport:
        """Bring the corpus to what the files say, and report. Failing documents are reported and forgotten."""
        began = self._wiring.clock.monotonic()
        wiring = self._wiring
        rows = await wiring.store.read(
            lambda connection: list_documents(connection, wiring.corpus, tenant=wiring.tenant, limit=None)
        )
        known = {row.source: row for row in rows}
        for done, file in enumerate(discovery.files, start=1):
            await self._take(file, known.get(file.source))
            if self._is_full():
                await self._commit_waiting()
            self._tell(done, len(discovery.files), file.source)
        await self._commit_waiting()
        removed = await self._forget(discovery, known)
        return IngestReport(
            added=self._counts["added"],
            changed=self._counts["changed"],
            unchanged=self._counts["unchanged"],
            removed=removed,
            failed=tuple(self._failed),
            skipped=discovery.skipped,
            notes=tuple(self._notes),
            chunks=self._chunks,
            seconds=wiring.clock.monotonic() - began,
        )

    async def _take(self, file: FoundFile, known: DocumentRow | None) -> None:
        content_hash = await self._call(lambda: _hash_file(Path(file.path), self._wiring.limits))
        if known and (known.content_hash, known.recipe, known.error_code) == (content_hash, self._recipe, ""):
            self._counts["unchanged"] += 1
            return
        now = self._wiring.clock.now()
        row = DocumentRow(
            id=new_id(self._wiring.clock),
            tenant=self._wiring.tenant,
            source=file.source,
            title="",
            content_hash=content_hash,
            recipe=self._recipe,
            chunk_count=0,
            sentence_count=0,
            ingested_at=now,
            checked_at=now,
        )
        try:
            parsed = await self._parse(file)
        except (DocumentError, TooLarge) as error:
            await self._refuse(row, error)
            return
        self._notes.extend(parsed.notes)
        self._waiting.append(await self._call(lambda: self._cut(row, parsed, is_new=known is None)))

    async def _parse(self, file: FoundFile) -> ParsedDocument:
        path = Path(file.path)
        if await self._call(lambda: is_foreign_format(path)):
            return await self._parser.parse(path, source=file.source)
        return await self._call(lambda: parse_text_file(path, source=file.source, limits=self._wiring.limits))

    def _cut(self, row: DocumentRow, parsed: ParsedDocument, *, is_new: bool) -> _Read:
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
        return _Read(row=complete, text=parsed.text, chunks=chunks, is_new=is_new)

    async def _refuse(self, row: DocumentRow, error: DocumentError | TooLarge) -> None:
        self._failed.append(FailedDocument(source=row.source, code=error.code, message=str(error)))
        failed = msgspec.structs.replace(row, error_code=error.code, error_message=str(error))
        await self._replace(failed, [])

    async def _commit_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        pairs = [(read, chunk) for read in waiting for chunk in read.chunks]
        pairs.sort(key=lambda pair: pair[1].end - pair[1].start)
        made: dict[int, ChunkRow] = {}
        for first in range(0, len(pairs), _EMBED_SLICE):
            part = pairs[first : first + _EMBED_SLICE]
            rows = await self._call(lambda part=part: self._embed(part))
            made.update({id(chunk): row for (_, chunk), row in zip(part, rows, strict=True)})
        for read in waiting:
            await self._replace(read.row, [made[id(chunk)] for chunk in read.chunks])
            self._chunks += len(read.chunks)
            self._counts["added" if read.is_new else "changed"] += 1

    def _embed(self, pairs: Sequence[tuple[_Read, Chunk]]) -> list[ChunkRow]:
        texts = [f"{chunk.context}\n{read.text[chunk.start : chunk.end]}" for read, chunk in pairs]
        spans = [_spans_after(chunk, len(chunk.context) + 1) for _, chunk in pairs]
        embedded = self._wiring.embedder.embed_spans(texts, spans)
        return [
            ChunkRow(
                id=new_id(self._wiring.clock),
                document_id=read.row.id,
                place=read.chunks.index(chunk),
                section=chunk.section,
                start=chunk.start,
                text=read.text[chunk.start : chunk.end],
                context=chunk.context,
                heading=" > ".join(chunk.heading),
                page=chunk.page,
                tokens=chunk.tokens,
                is_cut=chunk.is_cut,
                sentence_spans=np.array([(s.start, s.end) for s in chunk.sentences], "<i4").tobytes(),
                fingerprint=self._wiring.embedder.fingerprint,
                vector=embedded.texts.vectors[place].astype("<f4").tobytes(),
                sentence_vectors=embedded.spans[place].astype("<f2").tobytes(),
            )
            for place, (read, chunk) in enumerate(pairs)
        ]

    async def _replace(self, row: DocumentRow, chunks: Sequence[ChunkRow]) -> None:
        corpus = self._wiring.corpus
        await self._wiring.store.write(lambda connection: replace_document(connection, corpus, row, chunks=chunks))

    async def _forget(self, discovery: Discovery, known: dict[str, DocumentRow]) -> int:
        found = {file.source for file in discovery.files}
        gone = [source for source in known if source not in found and is_under(source, discovery.folders)]
        if gone:
            wiring, now = self._wiring, self._wiring.clock.now()
            await wiring.store.write(
                lambda connection: remove_documents(connection, wiring.corpus, gone, tenant=wiring.tenant, at=now)
            )
        return len(gone)

    def _is_full(self) -> bool:
        chunks = sum(len(read.chunks) for read in self._waiting)
        return chunks >= _CHUNKS_AT_ONCE or len(self._waiting) >= _DOCUMENTS_AT_ONCE

    def _tell(self, done: int, total: int, source: str) -> None:
        if self._wiring.progress is not None:
            self._wiring.progress(IngestProgress(done=done, total=total, source=source, chunks=self._chunks))

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._wiring.threads, work)


def recipe_of(embedder: TextEmbedder, chunking: Chunking) -> str:
    """Return the hash of everything but the file that decides what its chunks and vectors are."""
    said = f"{_RECIPE_VERSION} {embedder.fingerprint} {embedder.max_tokens} {chunking.describe()}"
    return hashlib.sha256(said.encode()).hexdigest()


def _spans_after(chunk: Chunk, shift: int) -> list[tuple[int, int]]:
    return [(sentence.start + shift, sentence.end + shift) for sentence in chunk.sentences]


def _hash_file(path: Path, limits: ParseLimits) -> str:
    try:
        if path.stat().st_size >= limits.max_file_bytes:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # the parser says why it cannot be read
