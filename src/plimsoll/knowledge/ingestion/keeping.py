"""Keeps a corpus current: one writer at a time, a parser process and a scratch folder around each run.

`Corpus` owns one, and hands over how an index is published at the end of a run.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from opentelemetry.trace import Span

from plimsoll.errors import InvalidRequest, NeedsConfirmation, NotFound, one_of
from plimsoll.knowledge.index.serving import Serving
from plimsoll.knowledge.ingestion.holding import find_reasons
from plimsoll.knowledge.ingestion.ingest import Ingestion, Wiring, hash_file
from plimsoll.knowledge.ingestion.lock import LOCK, hold_lock
from plimsoll.knowledge.ingestion.losing import count_moved, find_gone, find_mine, find_unknown
from plimsoll.knowledge.ingestion.reports import IngestProgress, IngestReport, SyncReport
from plimsoll.knowledge.ingestion.sync import Sync
from plimsoll.knowledge.parse import ParseLimits, ParserProcess, known_endings
from plimsoll.knowledge.sources.discover import Discovery, discover_files, is_under
from plimsoll.knowledge.sources.folder import FolderSource, list_discovery
from plimsoll.knowledge.sources.source import DEFAULT_LOSS, DeclaredSource, Listing, find_declared
from plimsoll.knowledge.sources.state import SourceState, Standings, describe_sources
from plimsoll.knowledge.tables.documents import DocumentRow, list_documents
from plimsoll.knowledge.tables.sources import confirm_source, count_by_origin, list_sources

_LOCK_SECONDS = 600.0
_NOTICE_SECONDS = 1.0
"""Time without the lock after which whoever watches is told that it is waited for."""

Publish = Callable[[], Awaitable[None]]
"""Makes what was written searchable."""
T = TypeVar("T")
Show = Callable[[IngestProgress], None]
"""Is told how far a run is."""


class Keeping:
    """Ingestions and synchronisations of one corpus."""

    def __init__(self, wiring: Wiring, *, folder: Path, serving: Serving) -> None:
        self._wiring = wiring
        self._serving = serving
        self._folder = folder
        self._sources: tuple[DeclaredSource, ...] = ()

    def declare(self, sources: Sequence[DeclaredSource]) -> None:
        """Keep which sources there are."""
        self._sources = tuple(sources)

    async def ingest(
        self,
        asked: Sequence[Path],
        *,
        root: Path,
        tenant: str,
        confirm_loss: bool,
        progress: Show | None,
        then: Publish,
    ) -> IngestReport:
        """Read files and folders; see `Corpus.ingest`."""
        async with self._alone("ingesting", progress) as scratch:
            wiring = msgspec.structs.replace(await self._wired(), tenant=tenant, progress=progress)
            # Looked at under the lock: what another process has just read must not seem to be gone.
            discovery = await asyncio.to_thread(discover_files, asked, root=root)
            known = await self._known(tenant)
            _refuse_nothing(discovery, asked, known)
            listing = await asyncio.to_thread(list_discovery, discovery)
            if not confirm_loss:
                await asyncio.to_thread(_refuse_loss, listing, known, limits=wiring.limits)
            report = await _ingest_listed(wiring, listing, known=known, scratch=scratch)
            await then()
        return report

    async def sync(self, names: Sequence[str], *, progress: Show | None, then: Publish) -> list[SyncReport]:
        """Synchronise declared sources one after another; see `Corpus.sync`."""
        wanted = find_declared(self._sources, names)
        limits = self._wiring.limits
        reports: list[SyncReport] = []
        async with self._alone("synchronising", progress) as scratch, ParserProcess(limits) as parser:
            wiring = msgspec.structs.replace(await self._wired(), progress=progress)
            for one in wanted:
                others = [other.name for other in self._sources if other.name and other is not one]
                sync = Sync(wiring, parser, declared=one, others=others, scratch=scratch)
                reports.append(await sync.run())
                await asyncio.to_thread(_clean, scratch)
            await then()
        return reports

    async def confirm(self, name: str) -> None:
        """Note that a person lets a held source have its way; see `Corpus.confirm`."""
        wiring = self._wiring
        find_declared(self._sources, [name])
        if not await wiring.store.write(lambda connection: confirm_source(connection, wiring.corpus, name)):
            raise NotFound(
                f"The source {name!r} is not held, so there is nothing to confirm.",
                next_step="`plimsoll knowledge sources` shows how each source fares.",
            )

    async def describe(self) -> list[SourceState]:
        """Return how each source fares."""
        wiring = self._wiring
        rows = await wiring.store.read(lambda connection: list_sources(connection, wiring.corpus))
        counts = await wiring.store.read(lambda connection: count_by_origin(connection, wiring.corpus))
        return describe_sources(self._sources, Standings(rows=rows, counts=counts, now=wiring.clock.now()))

    @property
    def max_ages(self) -> dict[str, timedelta]:
        """Return the greatest ages that are declared, by origin."""
        return {one.name: one.max_age for one in self._sources if one.max_age is not None}

    @asynccontextmanager
    async def _alone(self, doing: str, progress: Show | None) -> AsyncGenerator[Path]:
        """Hold the corpus against other processes of this machine, and against other machines; yield a clean folder."""
        corpus = self._wiring.corpus
        what = f"{doing} into {corpus!r}"
        scratch = self._folder / "scratch"
        waiting = asyncio.get_running_loop().call_later(_NOTICE_SECONDS, _tell_waiting, corpus, progress)
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(
                    hold_lock(self._folder / LOCK, wait_seconds=_LOCK_SECONDS, what=what),
                )
                await held.enter_async_context(
                    self._wiring.store.hold(f"knowledge {corpus}", wait_seconds=_LOCK_SECONDS, what=what)
                )
            finally:
                waiting.cancel()
            await asyncio.to_thread(_clean, scratch)
            yield scratch

    async def run_alone(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work while nobody ingests: whoever ingests after it sees what it wrote."""
        async with self._alone("changing the embedding model of", None):
            return await work()

    async def _wired(self) -> Wiring:
        """Return the wiring with the embedding models that are kept now; asked under the lock."""
        first, *others = [side.embedder for side in await self._serving.kept()]
        return msgspec.structs.replace(self._wiring, embedder=first, others=tuple(others))

    async def _known(self, tenant: str) -> list[DocumentRow]:
        corpus = self._wiring.corpus
        return await self._wiring.store.read(lambda connection: list_documents(connection, corpus, tenant=tenant))


def record_ingestion(span: Span, report: IngestReport) -> None:
    """Write on the span what an ingestion did."""
    for name in ("added", "changed", "moved", "unchanged", "removed", "chunks", "texts_embedded"):
        span.set_attribute(f"plimsoll.ingest.{name}", getattr(report, name))
    span.set_attribute("plimsoll.ingest.failed", len(report.failed))


async def _ingest_listed(
    wiring: Wiring, listing: Listing, *, known: Sequence[DocumentRow], scratch: Path
) -> IngestReport:
    """Read what was found; forget what is gone, but documents of declared sources only their own synchronisation."""
    named = DeclaredSource(name="", source=FolderSource((), root=Path()))
    async with ParserProcess(wiring.limits) as parser:
        run = Ingestion(wiring, parser, declared=named, scratch=scratch)
        return await run.run(listing, known=known, gone=find_gone(find_mine(known, listing, origin=""), listing))


def _refuse_loss(listing: Listing, known: Sequence[DocumentRow], *, limits: ParseLimits) -> None:
    """Raise NeedsConfirmation where more would be forgotten than a source may lose at once."""
    mine = find_mine(known, listing, origin="")
    gone = find_gone(mine, listing)
    moved = 0
    if len(gone) > DEFAULT_LOSS * len(mine):
        moved = count_moved(gone, [hash_file(Path(item.place), limits) for item in find_unknown(listing, known)])
    missing = len(gone) - moved
    held = find_reasons(
        listed=len(listing.items), missing=missing, known=len(mine), most_loss=DEFAULT_LOSS, accepted={}, columns={}
    )
    if held.reasons:
        raise NeedsConfirmation(
            f"{one_of(listing.folders)} is held, and nothing was changed. {' '.join(held.reasons)}",
            next_step="If that is right, run it again with `--confirm-loss`; over HTTP, with `confirm_loss`.",
        )


def _tell_waiting(corpus: str, progress: Show | None) -> None:
    if progress is not None:
        what = f"Another process works on {corpus!r}; waiting until it ends, {_LOCK_SECONDS / 60:g} minutes at most."
        progress(IngestProgress(done=0, total=0, source="", chunks=0, waiting=what))


def _refuse_nothing(discovery: Discovery, asked: Sequence[Path], known: Sequence[DocumentRow]) -> None:
    if discovery.files or any(is_under(document.source, discovery.folders) for document in known):
        return
    shown = one_of(str(path) for path in asked)
    others = sum(discovery.skipped.values())
    raise InvalidRequest(
        f"There is nothing to read in {shown}: {others} files, none of a known kind.",
        next_step=f"Put files there that end in {one_of(known_endings())}.",
    )


def _clean(folder: Path) -> None:
    """Make the folder empty: a process that was killed may have left files in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
