"""Looks at the index files of a corpus on this machine, for an audit. It opens no index and changes nothing."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from plimsoll.knowledge.index.holding import is_held
from plimsoll.knowledge.index.publishing import index_folder
from plimsoll.knowledge.index.snapshot import MANIFEST, Manifest, SnapshotDamaged, current_name
from plimsoll.knowledge.ingestion.lock import LOCK
from plimsoll.knowledge.scheduling import SCHEDULE_LOCK

_SETTLED = timedelta(hours=1)
"""How long something may lie there before it counts as left behind: an index that is being built is not."""
_OF_CORPUS = frozenset({LOCK, SCHEDULE_LOCK, "scratch"})
_OF_INDEX = frozenset({LOCK, "current", "current.part", "name"})
_VECTORS = "vectors-"


class IndexFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the folder of a corpus's index files."""

    seq: int | None = None
    """Changes of the corpus that the published index contains; None where there is none that can be read."""
    unused: tuple[str, ...] = ()
    """Names of what no index needs: left behind by a process that was killed, or of a corpus that is not declared."""


def look_at_index(folder: Path, *, fingerprint: str, declared: Collection[str], now: datetime) -> IndexFiles:
    """Return what the folder of a corpus holds of an embedding model, and what in it and beside it nothing needs.

    Indexes of other embedding models are left alone: one may be gone back to.
    """
    index = index_folder(folder, fingerprint)
    manifest, current = _read_manifest(index)
    others = [path for path in _entries(folder.parent) if path.name not in declared]
    beside = [path for path in _entries(folder) if path.name not in _OF_CORPUS and not path.name.startswith(_VECTORS)]
    within = [path for path in _entries(index) if path.name not in _OF_INDEX | {current} and not is_held(path)]
    settled = (now - _SETTLED).timestamp()
    unused = tuple(sorted(path.name for path in (*others, *beside, *within) if _changed_at(path) < settled))
    return IndexFiles(seq=manifest.seq if manifest else None, unused=unused)


def _read_manifest(folder: Path) -> tuple[Manifest | None, str]:
    try:
        name = current_name(folder) or ""
        return msgspec.json.decode((folder / name / MANIFEST).read_bytes(), type=Manifest), name
    except (OSError, SnapshotDamaged, msgspec.MsgspecError):
        return None, ""


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # it went away meanwhile, so nothing was left behind
