"""Documents that stay: seen again as they were, under another name, or with other readers. None is embedded again.

`ingest` asks it of every listed document before that is read. Changes are written in batches.
"""

from collections.abc import Sequence

import msgspec

from plimsoll.knowledge.parse.source_file import title_of_name
from plimsoll.knowledge.tables.documents import DocumentRow, SeenAgain, describe_documents, renew_documents
from plimsoll.store import Store

_AT_ONCE = 500


class Standing:
    """What stays of a corpus in one run."""

    def __init__(self, corpus: str, store: Store, *, recipe: str, gone: Sequence[DocumentRow]) -> None:
        self.unchanged = 0
        self.described = 0
        self.moved = 0
        self._corpus = corpus
        self._store = store
        self._recipe = recipe
        self._gone = {row.source: row for row in gone}
        self._by_content: dict[str, list[DocumentRow]] = {}
        for row in filter(self._is_whole, gone):
            self._by_content.setdefault(row.content_hash, []).append(row)
        self._seen: list[SeenAgain] = []
        self._told: list[DocumentRow] = []

    async def keep_version(self, row: DocumentRow, known: DocumentRow | None) -> bool:
        """Keep a known document whose source says that it is as it was; tell whether it is."""
        if known is None or known.version != row.version or not self._is_whole(known):
            return False
        await self._keep(row, known)
        return True

    async def keep_content(self, row: DocumentRow, known: DocumentRow | None) -> bool:
        """Keep a document whose content is known, under its own name or one that is gone; tell whether it is."""
        if known is not None:
            if known.content_hash != row.content_hash or not self._is_whole(known):
                return False
            await self._keep(row, known)
            return True
        moved = self._take_moved(row)
        if moved is None:
            return False
        del self._gone[moved.source]
        self.moved += 1
        await self._describe(_renamed(row, moved))
        return True

    async def keep_failed(self, row: DocumentRow, known: DocumentRow | None) -> bool:
        """Keep a document that cannot be read for the very reason for which it could not before; tell whether it is."""
        if known is None or not known.error_code or _said_of(row) != _said_of(known):
            return False
        await self._see(row, known)
        return True

    def not_moved(self) -> list[DocumentRow]:
        """Return the documents that are gone and did not turn up under another name."""
        return list(self._gone.values())

    async def flush(self) -> None:
        """Write what waits to be written."""
        seen, self._seen = self._seen, []
        told, self._told = self._told, []
        if seen or told:
            await self._store.write(
                lambda connection: (
                    renew_documents(connection, seen),
                    describe_documents(connection, self._corpus, told),
                )
            )

    async def _keep(self, row: DocumentRow, known: DocumentRow) -> None:
        if (row.origin, row.readers, row.metadata) == (known.origin, known.readers, known.metadata):
            self.unchanged += 1
            await self._see(row, known)
        else:
            self.described += 1
            await self._describe(_renamed(row, known))

    async def _see(self, row: DocumentRow, known: DocumentRow) -> None:
        self._seen.append(
            SeenAgain(id=known.id, version=row.version, modified_at=row.modified_at, checked_at=row.checked_at)
        )
        if len(self._seen) >= _AT_ONCE:
            await self.flush()

    async def _describe(self, row: DocumentRow) -> None:
        self._told.append(row)
        if len(self._told) >= _AT_ONCE:
            await self.flush()

    def _take_moved(self, row: DocumentRow) -> DocumentRow | None:
        """Return a document that is gone, has this content, and would have the same title under the new name."""
        for moved in self._by_content.get(row.content_hash, ()):
            titles = title_of_name(moved.source), title_of_name(row.source)
            if titles[0] == titles[1] or moved.title != titles[0]:
                self._by_content[row.content_hash].remove(moved)
                return moved
        return None

    def _is_whole(self, row: DocumentRow) -> bool:
        return bool(row.content_hash) and row.recipe == self._recipe and not row.error_code


def _said_of(row: DocumentRow) -> tuple[object, ...]:
    failure = (row.content_hash, row.recipe, row.error_code, row.error_message)
    return (*failure, row.origin, row.readers, row.metadata)


def _renamed(row: DocumentRow, known: DocumentRow) -> DocumentRow:
    return msgspec.structs.replace(
        known,
        source=row.source,
        origin=row.origin,
        readers=row.readers,
        metadata=row.metadata,
        modified_at=row.modified_at,
        checked_at=row.checked_at,
        version=row.version,
    )
