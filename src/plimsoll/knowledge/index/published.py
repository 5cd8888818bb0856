"""What the published index of a corpus says of itself, without opening it. The project asks it for the console."""

from pathlib import Path

import msgspec

from plimsoll.knowledge.index.publishing import index_folder
from plimsoll.knowledge.index.snapshot import MANIFEST, Manifest, SnapshotDamaged, current_name


def read_published(folder: Path, fingerprint: str) -> Manifest | None:
    """Return what the index says that a corpus's folder has for an embedding model.

    None where there is none that can be read.
    """
    inner = index_folder(folder, fingerprint)
    try:
        name = current_name(inner)
        return None if name is None else msgspec.json.decode((inner / name / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, ValueError, msgspec.MsgspecError, SnapshotDamaged):
        return None
