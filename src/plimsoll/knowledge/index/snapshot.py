"""The derived index of a corpus: full text and vectors in files, built from the table of truth, replaced as a whole.

`retrieve` searches an open snapshot; `building` writes it aside, and it is published by renaming; a reader sees
the old one or the new one, never a half. It holds no truth: what it finds is looked up in the table.
"""

import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.access import Access, AccessRecords, View
from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.index.fulltext import FullText, ScoredRow
from plimsoll.knowledge.index.holding import Hold, remove_unheld
from plimsoll.knowledge.index.vectors import VectorFile
from plimsoll.knowledge.where import EVERYWHERE, Where
from plimsoll.records import Principal

VERSION = 5
"""Version of the layout of the files; another is built again."""
_POINTER = "current"
MANIFEST = "manifest.json"
TEXT_FOLDER = "fulltext"
ACCESS = "access.msgpack"
SENTENCES = "sentences.f16"
_CHECK_BYTES = 1 << 20
_SPARE_SHARE = 1.5
_WIDER = 8


class SnapshotDamaged(Exception):
    """The files are not what was written; the corpus builds them again."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot says of itself."""

    version: int
    """Version of the layout."""
    seq: int
    """Changes of the corpus that it contains."""
    fingerprint: str
    """The embedding model of its vectors."""
    dimensions: int
    """Length of a vector."""
    rows: int
    """Its chunks."""
    checksums: dict[str, int]
    """CRC-32 of each file, by its path within the folder."""


class Snapshot:
    """An open snapshot: read-only, safe to use from several threads."""

    def __init__(self, folder: Path, manifest: Manifest, hold: Hold) -> None:
        self._hold = hold
        self.folder = folder
        self.manifest = manifest
        self._text = FullText.open(folder / TEXT_FOLDER)
        self._vectors = VectorFile(folder, dimensions=manifest.dimensions)
        self._sentences = _map_sentences(folder / SENTENCES, manifest.dimensions)
        self._offsets: NDArray[np.int64] = np.load(folder / "offsets.npy")
        self._ids: NDArray[np.bytes_] = np.asarray(np.load(folder / "ids.npy", mmap_mode="r"))
        records = msgspec.msgpack.decode((folder / ACCESS).read_bytes(), type=AccessRecords)
        self._access = Access(records, document_of_row=np.load(folder / "documents.npy"))

    @property
    def rows(self) -> int:
        """Return how many chunks it holds."""
        return self.manifest.rows

    def chunk_id(self, row: int) -> str:
        """Return the id of the row's chunk."""
        return self._ids[row].decode()

    def view(self, caller: Principal, where: Where = EVERYWHERE) -> View:
        """Return the rows that the caller may read and that `where` means; both legs rank these and no other."""
        return self._access.view(caller, where)

    def score_text(self, question: str, *, view: View, limit: int) -> list[ScoredRow]:
        """Return the best rows of the view by BM25, best first."""
        terms = self._text.terms(question)
        wanted, only = math.ceil(limit * _SPARE_SHARE * self.rows / max(view.count, 1)), view.only
        if only is not None or view.count == self.rows:
            wanted = limit
        while view.count:
            found = self._text.search(terms, only=only, limit=wanted)
            kept = [hit for hit in found if view.mask[hit.row]][:limit]
            if len(kept) == limit or len(found) < wanted:
                return kept  # the best of all of them, since whatever is left ranks lower
            wanted *= _WIDER
        return []

    def score_vectors(self, question: Vectors, *, view: View, limit: int) -> list[ScoredRow]:
        """Return the rows of the view whose vectors are nearest to the question's by cosine, best first."""
        rows, cosines = self._vectors.nearest(question, view.rows, limit=limit)
        return [ScoredRow(row, score) for row, score in zip(rows.tolist(), cosines.tolist(), strict=True)]

    def score_chunks(self, rows: Sequence[int], question: Vectors) -> Vectors:
        """Return the cosine of each row's vector with the question's."""
        return self._vectors.cosines(np.array(rows, np.int64), question)

    def sentence_vectors(self, row: int) -> Vectors:
        """Return the vectors of the row's sentences, float32."""
        return self._sentences[self._offsets[row] : self._offsets[row + 1]].astype(np.float32)

    def score_sentences(self, rows: Sequence[int], question: Vectors) -> Vectors:
        """Return for each row the cosine of its closest sentence with the question's vector; 0 without sentences."""
        starts = self._offsets[list(rows)]
        counts = self._offsets[[row + 1 for row in rows]] - starts
        best = np.zeros(len(rows), np.float32)
        if counts.sum():
            ends = np.cumsum(counts)
            # Row by row: the places of its sentences, as one run of numbers from its start.
            places = np.arange(int(ends[-1]), dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
            cosines = self._sentences[places].astype(np.float32) @ question
            firsts = (ends - counts)[counts > 0]
            best[counts > 0] = np.maximum.reduceat(cosines, firsts)
        return best

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency of a word, as BM25 weighs it (Robertson and Zaragoza 2009, 3.3)."""
        terms = self._text.terms(word)
        count = self._text.count_rows_with(terms[0]) if terms else self.rows
        return float(np.log1p((self.rows - count + 0.5) / (count + 0.5)))


def publish_snapshot(built: Path) -> None:
    """Make the snapshot the current one of its folder, and remove others that nobody reads or writes."""
    folder = built.parent
    pointer = folder / f"{_POINTER}.part"
    pointer.write_text(built.name, encoding="utf-8")
    pointer.replace(folder / _POINTER)
    for other in folder.iterdir():
        if other.is_dir() and other != built:
            remove_unheld(other)


def discard_snapshots(folder: Path) -> None:
    """Publish none any more, and remove those that nobody reads or writes."""
    (folder / _POINTER).unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            remove_unheld(path)


def current_name(folder: Path) -> str | None:
    """Return the name of the published snapshot, or None. Raises SnapshotDamaged where the pointer was altered."""
    try:
        return (folder / _POINTER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SnapshotDamaged(f"{_POINTER} was altered") from error


def open_snapshot(folder: Path, *, fingerprint: str) -> Snapshot | None:
    """Open the published snapshot; None where there is none for this embedding model.

    Raises SnapshotDamaged where a file is missing or was altered.
    """
    name = current_name(folder)
    while name is not None:
        try:
            return _open(folder / name, fingerprint=fingerprint)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            before, name = name, current_name(folder)
            if name == before:
                raise SnapshotDamaged(str(error)) from error
    return None


def _open(folder: Path, *, fingerprint: str) -> Snapshot | None:
    hold = Hold(folder)
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    if manifest.version != VERSION or manifest.fingerprint != fingerprint:
        return None
    for path, expected in manifest.checksums.items():
        if checksum(folder / path) != expected:
            raise SnapshotDamaged(f"{path} was altered")
    return Snapshot(folder, manifest, hold)


def _map_sentences(path: Path, dimensions: int) -> NDArray[np.float16]:
    if not path.stat().st_size:
        return np.zeros((0, dimensions), np.float16)
    return np.asarray(np.memmap(path, "<f2", mode="r")).reshape(-1, dimensions)


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file."""
    total = 0
    with path.open("rb") as file:
        while part := file.read(_CHECK_BYTES):
            total = zlib.crc32(part, total)
    return total
