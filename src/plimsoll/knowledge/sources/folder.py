"""A source of files: folders and files under the project, named as in answers."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from plimsoll.errors import NotFound, SourceUnavailable
from plimsoll.knowledge.sources.discover import Discovery, discover_files
from plimsoll.knowledge.sources.source import Listing, SourceItem


class FolderSource:
    """Files and folders, searched in depth."""

    kind = "folder"

    def __init__(self, paths: Sequence[Path | str], *, root: Path) -> None:
        self._paths = [Path(path) for path in paths]
        self._root = root

    async def list(self, *, known: Mapping[str, str], scratch: Path) -> Listing:
        """Return the files there are. A folder that is gone makes the source unavailable, not empty."""
        try:
            found = await asyncio.to_thread(discover_files, self._paths, root=self._root)
        except (NotFound, OSError) as error:
            raise SourceUnavailable(str(error), next_step="Is a disk not mounted? Check the declared paths.") from error
        return await asyncio.to_thread(list_discovery, found)

    async def fetch(self, item: SourceItem, *, scratch: Path) -> Path:
        """Return the file itself."""
        return Path(item.place)


def list_discovery(discovery: Discovery) -> Listing:
    """Return found files as a listing, with the moments of their last change."""
    items = [
        SourceItem(name=file.source, place=file.path, modified_at=_changed_at(Path(file.path)))
        for file in discovery.files
    ]
    return Listing(items=tuple(items), folders=discovery.folders, skipped=discovery.skipped)


def _changed_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None  # the parser says why it cannot be read
