"""Keeps the published index of one corpus up to the truth: opens it, builds it from the table, takes what others built.

`Corpus` makes one, `Searcher` asks it. Chunks stream from the table into the files; one builder works at a time.
"""

import asyncio
import contextvars
import errno
import hashlib
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from opentelemetry.trace import get_current_span

from plimsoll.errors import DiskFull, Overloaded, StoreUnavailable
from plimsoll.knowledge.index.building import build_snapshot
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.index.lease import hold_lease
from plimsoll.knowledge.index.snapshot import (
    Snapshot,
    SnapshotDamaged,
    current_name,
    discard_snapshots,
    open_snapshot,
    publish_snapshot,
)
from plimsoll.knowledge.ingestion.lock import LOCK, hold_lock
from plimsoll.knowledge.tables.corpora import read_seq
from plimsoll.knowledge.tables.indexed import IndexedChunk, page_chunks
from plimsoll.records import Clock, new_id
from plimsoll.store import Store

_LOG = logging.getLogger("plimsoll.knowledge")
_WAIT_SECONDS = 10.0
_PATIENCE_SECONDS = 600.0
_PAGE = 500

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class PublishingParts:
    """What publishing the index of one corpus needs."""

    corpus: str
    """Its name."""
    store: Store
    """Where its truth lies."""
    folder: Path
    """Where its files lie."""
    embedder: TextEmbedder
    """Whose vectors the index holds."""
    clock: Clock
    """Dates the index."""
    searchers: Executor
    """Threads that open it."""
    builder: Executor
    """The thread that builds it."""


def index_folder(folder: Path, fingerprint: str) -> Path:
    """Return where within a corpus's folder the index lies that holds this embedding model's vectors."""
    return folder / f"vectors-{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}"


class Publishing:
    """The published index of one corpus and one embedding model, as this process sees it."""

    def __init__(self, parts: PublishingParts) -> None:
        self._parts = parts
        self._folder = index_folder(parts.folder, parts.embedder.fingerprint)
        self._snapshot: Snapshot | None = None
        self._building: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Make the folders. Raises DiskFull and StoreUnavailable."""
        await self._call(self._parts.builder, self._make_folder)

    async def current(self) -> Snapshot:
        """Return the open index, built first where there is none; who gives up waiting does not end the building.

        Raises Overloaded where another machine builds it and does not end within 10 s.
        """
        while (snapshot := self._snapshot or await self.load()) is None:
            await asyncio.shield(self._build_soon(self._build_first))
        return snapshot

    async def newer_than(self, snapshot: Snapshot) -> Snapshot | None:
        """Return the index that another process published since; None where it did not."""
        return await self.load(but=snapshot.folder.name)

    def rebuild_soon(self) -> None:
        """Bring the index up to the truth in the background."""
        self._build_soon(self._rebuild).add_done_callback(_note_failure)

    async def publish(self) -> None:
        """Bring the index up to the truth; wait for whoever builds it now."""
        async with self._lease(_PATIENCE_SECONDS):
            await self._catch_up()

    async def discard(self) -> None:
        """Remove the index from the disk as far as nobody reads it."""
        await self.close()
        await self._call(self._parts.builder, lambda: discard_snapshots(self._folder))

    async def close(self) -> None:
        """Stop what is done in the background, and let go of the index."""
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)
        self._snapshot = None

    def _build_soon(self, work: Callable[[], Coroutine[None, None, None]]) -> "asyncio.Task[None]":
        if self._building is None or self._building.done():
            self._building = asyncio.create_task(work(), context=contextvars.Context())
        return self._building

    async def _build_first(self) -> None:
        async with self._lease(_WAIT_SECONDS):
            if await self.load() is None:
                await self._build()

    async def _rebuild(self) -> None:
        try:
            async with hold_lock(self._parts.folder / LOCK, wait_seconds=0, what="ingesting"), self._lease(0):
                await self._catch_up()
        except Overloaded:
            return  # whoever ingests publishes an index at its end, and whoever builds one does so now

    async def _catch_up(self) -> None:
        parts = self._parts
        seq = await parts.store.read(lambda connection: read_seq(connection, parts.corpus))
        snapshot = self._snapshot
        if snapshot is None or snapshot.manifest.seq != seq:
            snapshot = await self.load()
        if snapshot is None or snapshot.manifest.seq != seq:
            await self._build()

    def _lease(self, wait_seconds: float) -> AbstractAsyncContextManager[None]:
        what = f"building the index of {self._parts.corpus!r}"
        return hold_lease(self._parts.store, self._folder, wait_seconds=wait_seconds, what=what)

    async def load(self, *, but: str = "") -> Snapshot | None:
        """Open the published index; None where there is none, where it is damaged, or it is named as in `but`."""
        try:
            if but and await self._call(self._parts.searchers, lambda: current_name(self._folder)) == but:
                return None
            self._snapshot = await self._call(self._parts.searchers, self._open)
        except SnapshotDamaged as error:
            get_current_span().add_event("index is damaged and is built again", {"plimsoll.reason": str(error)})
            self._snapshot = None
        return self._snapshot

    def _open(self) -> Snapshot | None:
        return open_snapshot(self._folder, fingerprint=self._parts.embedder.fingerprint)

    async def _build(self) -> None:
        parts = self._parts
        # The number is read first: chunks that come in between make the snapshot newer than it claims, never older.
        seq = await parts.store.read(lambda connection: read_seq(connection, parts.corpus))
        pages = _Pages(parts, asyncio.get_running_loop())
        building = asyncio.ensure_future(self._call(parts.builder, lambda: self._write(pages, seq=seq)))
        try:
            self._snapshot = await asyncio.shield(building)
        except asyncio.CancelledError:
            pages.stop()
            await asyncio.gather(building, return_exceptions=True)  # the lease is held until nobody writes any more
            raise
        finally:
            del building  # else its error, which knows this frame, keeps the files open until the next collection

    def _write(self, pages: "_Pages", *, seq: int) -> Snapshot:
        parts = self._parts
        try:
            built = build_snapshot(
                self._folder,
                pages.read(),
                seq=seq,
                fingerprint=parts.embedder.fingerprint,
                dimensions=parts.embedder.dimensions,
                name=f"{seq:08d}-{new_id(parts.clock)}",
            )
            publish_snapshot(built)
        except OSError as error:
            raise self._explain(error) from error
        snapshot = self._open()
        if snapshot is None:
            raise StoreUnavailable(f"The index under {str(self._folder)!r} was replaced by another version.")
        return snapshot

    def _make_folder(self) -> None:
        try:
            for folder in (self._parts.folder, self._folder):
                folder.mkdir(parents=True, exist_ok=True)
                (folder / LOCK).touch()
        except OSError as error:
            raise self._explain(error) from error

    def _explain(self, error: OSError) -> DiskFull | StoreUnavailable:
        folder = str(self._folder)
        # numpy reports a write that the disk cut short without the system's number.
        if error.errno in {errno.ENOSPC, errno.EDQUOT, None}:
            return DiskFull(f"There is no room left under {folder!r}.", next_step="Free some and run it again.")
        return StoreUnavailable(
            f"The index folder {folder!r} cannot be written: {error.strerror}.",
            next_step="Check its owner and permissions.",
        )

    async def _call(self, threads: Executor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)


def _note_failure(building: "asyncio.Task[None]") -> None:
    if not building.cancelled() and building.exception() is not None:
        _LOG.warning("the index could not be rebuilt", exc_info=building.exception())


class _Pages:
    """The chunks of a corpus, read by the event loop and handed to the thread that builds; one page is read ahead."""

    def __init__(self, parts: PublishingParts, loop: asyncio.AbstractEventLoop) -> None:
        self._parts = parts
        self._loop = loop
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let the building thread end at the next page."""
        self._stopped.set()

    def read(self) -> Iterator[Sequence[IndexedChunk]]:
        """Return page after page; only the building thread calls it."""
        page = self._ask("").result()
        while page:
            if self._stopped.is_set():
                raise asyncio.CancelledError
            following = self._ask(page[-1].id)
            yield page
            page = following.result()

    def _ask(self, after: str) -> Future[list[IndexedChunk]]:
        corpus, fingerprint = self._parts.corpus, self._parts.embedder.fingerprint
        reading = self._parts.store.read(
            lambda connection: page_chunks(connection, corpus, fingerprint=fingerprint, after=after, limit=_PAGE)
        )
        return asyncio.run_coroutine_threadsafe(reading, self._loop)
