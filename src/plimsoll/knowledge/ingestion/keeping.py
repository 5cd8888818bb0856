"""Keeps a corpus current: one writer at a time, a parser process and a scratch folder around each run.

`Corpus` owns one, and hands over how an index is published at the end of a run.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
from opentelemetry.trace import Span

from plimsoll.errors import InvalidRequest, NotFound, one_of
from plimsoll.knowledge.ingestion.ingest import Ingestion, Wiring
from plimsoll.knowledge.ingestion.lock import hold_lock
from plimsoll.knowledge.ingestion.reports import IngestProgress, IngestReport, SyncReport
from plimsoll.knowledge.ingestion.sync import Sync
from plimsoll.knowledge.parse import ParserProcess, known_endings
from plimsoll.knowledge.sources.discover import Discovery, discover_files, is_under
from plimsoll.knowledge.sources.folder import FolderSource, list_discovery
from plimsoll.knowledge.sources.source import DeclaredSource, find_declared
from plimsoll.knowledge.sources.state import SourceState, Standings, describe_sources
from plimsoll.knowledge.table import DocumentRow, list_documents
from plimsoll.knowledge.tables.sources import confirm_source, count_by_origin, list_sources

LOCK = "lock"
"""The file in a corpus's folder that whoever writes holds."""
_LOCK_SECONDS = 600.0

Publish = Callable[[], Awaitable[None]]
"""Makes what was written searchable."""
Show = Callable[[IngestProgress], None]
"""Is told how far a run is."""


class Keeping:
    """Ingestions and synchronisations of one corpus."""

    def __init__(self, wiring: Wiring, *, folder: Path) -> None:
        self._wiring = wiring
        self._folder = folder
        self._sources: tuple[DeclaredSource, ...] = ()

    def declare(self, sources: Sequence[DeclaredSource]) -> None:
        """Keep which sources there are."""
        self._sources = tuple(sources)

    async def ingest(
        self, asked: Sequence[Path], *, root: Path, tenant: str, progress: Show | None, then: Publish
    ) -> IngestReport:
        """Read files and folders; see `Corpus.ingest`."""
        wiring = msgspec.structs.replace(self._wiring, tenant=tenant, progress=progress)
        discovery = await asyncio.to_thread(discover_files, asked, root=root)
        async with self._alone("ingesting") as scratch:
            known = await self._known(tenant)
            _refuse_nothing(discovery, asked, known)
            report = await _ingest_found(wiring, discovery, known=known, scratch=scratch)
            await then()
        return report

    async def sync(self, names: Sequence[str], *, progress: Show | None, then: Publish) -> list[SyncReport]:
        """Synchronise declared sources one after another; see `Corpus.sync`."""
        wanted = find_declared(self._sources, names)
        wiring = msgspec.structs.replace(self._wiring, progress=progress)
        reports: list[SyncReport] = []
        async with self._alone("synchronising") as scratch, ParserProcess(wiring.limits) as parser:
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
    async def _alone(self, doing: str) -> AsyncGenerator[Path]:
        """Hold the corpus against other processes of this machine, and against other machines; yield a clean folder."""
        corpus = self._wiring.corpus
        what = f"{doing} into {corpus!r}"
        scratch = self._folder / "scratch"
        async with (
            hold_lock(self._folder / LOCK, wait_seconds=_LOCK_SECONDS, what=what),
            self._wiring.store.hold(f"knowledge {corpus}", wait_seconds=_LOCK_SECONDS, what=what),
        ):
            await asyncio.to_thread(_clean, scratch)
            yield scratch

    async def _known(self, tenant: str) -> list[DocumentRow]:
        corpus = self._wiring.corpus
        return await self._wiring.store.read(
            lambda connection: list_documents(connection, corpus, tenant=tenant, limit=None)
        )


def record_ingestion(span: Span, report: IngestReport) -> None:
    """Write on the span what an ingestion did."""
    for name in ("added", "changed", "moved", "unchanged", "removed", "chunks", "texts_embedded"):
        span.set_attribute(f"plimsoll.ingest.{name}", getattr(report, name))
    span.set_attribute("plimsoll.ingest.failed", len(report.failed))


async def _ingest_found(
    wiring: Wiring, discovery: Discovery, *, known: Sequence[DocumentRow], scratch: Path
) -> IngestReport:
    """Read what was found; forget what is gone, but documents of declared sources only their own synchronisation."""
    found = {file.source for file in discovery.files}
    gone = [
        row for row in known if not row.origin and row.source not in found and is_under(row.source, discovery.folders)
    ]
    named = DeclaredSource(name="", source=FolderSource((), root=Path()))
    async with ParserProcess(wiring.limits) as parser:
        run = Ingestion(wiring, parser, declared=named, scratch=scratch)
        return await run.run(list_discovery(discovery), known=known, gone=gone)


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
