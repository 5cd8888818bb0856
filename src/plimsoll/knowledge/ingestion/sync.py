"""Brings a corpus to what one declared source says now, unless a person must look first. `Corpus.sync` calls it.

It writes down how the source fares. A source that cannot be listed, or is held, changes nothing of what is known.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from plimsoll.errors import InvalidSettings, SourceUnavailable
from plimsoll.knowledge.ingestion.holding import find_reasons, is_confirmed
from plimsoll.knowledge.ingestion.ingest import Ingestion, Wiring, hash_file, recipe_of
from plimsoll.knowledge.ingestion.losing import count_moved, find_gone, find_mine, find_unknown
from plimsoll.knowledge.ingestion.reports import IngestReport, SyncReport
from plimsoll.knowledge.parse import ParserProcess
from plimsoll.knowledge.sources.source import PATHS, DeclaredSource, Listing, SourceItem
from plimsoll.knowledge.tables.documents import DocumentRow, list_documents
from plimsoll.knowledge.tables.sources import NOT_HELD, Held, SourceRow, SyncResult, list_sources, write_source


class Sync:
    """One synchronisation of one source."""

    def __init__(
        self, wiring: Wiring, parser: ParserProcess, *, declared: DeclaredSource, others: Sequence[str], scratch: Path
    ) -> None:
        """Take what it works with; `others` are the corpus's other declared sources, whose documents are theirs."""
        self._wiring = wiring
        self._parser = parser
        self._declared = declared
        self._others = frozenset(others)
        self._scratch = scratch

    async def run(self) -> SyncReport:
        """Synchronise and report. Raises what is no fault of the source: StoreUnavailable, DiskFull, ModelMissing."""
        before = await self._begin()
        try:
            listing, known = await self._list()
            held = await self._judge(listing, known, before)
            if held.reasons and not is_confirmed(held, before.confirmed):
                return await self._end(before, "held", held=held, notes=listing.notes)
        except SourceUnavailable as error:
            return await self._end(before, "unreachable", message=_explain(error))
        except InvalidSettings as error:
            return await self._end(before, "refused", message=_explain(error))
        try:
            report = await self._ingest(listing, known)
        except SourceUnavailable as error:
            message = f"{_explain(error)} What was read before that is kept, and nothing was forgotten."
            return await self._end(before, "unreachable", message=message)
        return await self._end(before, "synced", report=report, columns=listing)

    async def _begin(self) -> SourceRow:
        wiring, name = self._wiring, self._declared.name or PATHS
        rows = await wiring.store.read(lambda connection: list_sources(connection, wiring.corpus))
        kind = self._declared.source.kind
        row = rows.get(name) or SourceRow(name=name, kind=kind)
        row = msgspec.structs.replace(row, kind=kind, started_at=wiring.clock.now())
        await wiring.store.write(lambda connection: write_source(connection, wiring.corpus, row))
        return row

    async def _list(self) -> tuple[Listing, list[DocumentRow]]:
        """Return what the source lists without what belongs to another one, and every document that is known."""
        wiring = self._wiring
        known = await wiring.store.read(
            lambda connection: list_documents(connection, wiring.corpus, tenant=wiring.tenant)
        )
        recipe = recipe_of(wiring.embedder, wiring.chunking)
        versions = {
            row.source: row.version
            for row in known
            if row.origin == self._declared.name and row.version and row.recipe == recipe and not row.error_code
        }
        listing = await self._declared.source.list(known=versions, scratch=self._scratch)
        owners = {row.source: row.origin for row in known if row.origin in self._others}
        return _without_foreign(listing, owners), known

    async def _judge(self, listing: Listing, known: Sequence[DocumentRow], before: SourceRow) -> Held:
        mine = find_mine(known, listing, origin=self._declared.name)
        gone = find_gone(mine, listing)
        moved = 0
        if len(gone) > self._declared.most_loss * len(mine):
            moved = count_moved(gone, [await self._hash(item) for item in find_unknown(listing, known)])
        return find_reasons(
            listed=len(listing.items) + len(listing.unreached),
            missing=len(gone) - moved,
            known=len(mine),
            most_loss=self._declared.most_loss,
            accepted=before.columns,
            columns=listing.columns,
        )

    async def _hash(self, item: SourceItem) -> str:
        if item.content_hash:
            return item.content_hash
        path = await self._declared.source.fetch(item, scratch=self._scratch)
        return hash_file(path, self._wiring.limits)

    async def _ingest(self, listing: Listing, known: Sequence[DocumentRow]) -> IngestReport:
        run = Ingestion(self._wiring, self._parser, declared=self._declared, scratch=self._scratch)
        gone = find_gone(find_mine(known, listing, origin=self._declared.name), listing)
        return await run.run(listing, known=known, gone=gone)

    async def _end(
        self,
        before: SourceRow,
        result: SyncResult,
        *,
        message: str = "",
        held: Held = NOT_HELD,
        report: IngestReport | None = None,
        columns: Listing | None = None,
        notes: tuple[str, ...] = (),
    ) -> SyncReport:
        now = self._wiring.clock.now()
        after = msgspec.structs.replace(
            before, finished_at=now, result=result, message=message or " ".join(held.reasons), held=held
        )
        if columns is not None:
            after = msgspec.structs.replace(
                after, succeeded_at=now, columns=columns.columns or before.columns, confirmed=NOT_HELD
            )
        await self._wiring.store.write(lambda connection: write_source(connection, self._wiring.corpus, after))
        return SyncReport(
            source=after.name,
            kind=after.kind,
            result=result,
            message=after.message,
            report=report,
            notes=report.notes if report else notes,
        )


def _explain(error: SourceUnavailable | InvalidSettings) -> str:
    return f"{error.message} {error.next_step}".strip()


def _without_foreign(listing: Listing, owners: Mapping[str, str]) -> Listing:
    foreign = [item.name for item in listing.items if item.name in owners]
    if not foreign:
        return listing
    note = f"{len(foreign)} documents belong to another source already, e.g. {foreign[0]!r} to {owners[foreign[0]]!r}."
    kept = tuple(item for item in listing.items if item.name not in owners)
    return msgspec.structs.replace(listing, items=kept, notes=(*listing.notes, note))
