"""The derived index of a corpus: full text and vectors in files, built from the table of truth, replaced as a whole.

`retrieve` searches an open snapshot. A snapshot is written aside, checked, and published by renaming; a reader sees
the old one or the new one, never a half. It holds no truth: what it finds is looked up in the table.
"""

import math
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.access import Access, AccessBuilder, AccessRecords, View
from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.index.fulltext import FullText, IndexedText, ScoredRow, build_full_text
from plimsoll.knowledge.table import IndexedChunk
from plimsoll.knowledge.where import EVERYWHERE, Where
from plimsoll.records import Principal

_VERSION = 2
_POINTER = "current"
_MANIFEST = "manifest.json"
_TEXT_FOLDER = "fulltext"
_ACCESS = "access.msgpack"
_CHECK_BYTES = 1 << 20
_KEPT = 2
_ID_TYPE = "S32"
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

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._text = FullText.open(folder / _TEXT_FOLDER)
        # Plain arrays over the mapped files: slicing numpy's own memmap class costs more than what is computed.
        self._vectors: Vectors = np.asarray(np.load(folder / "vectors.npy", mmap_mode="r"))
        self._sentences: NDArray[np.float16] = np.asarray(np.load(folder / "sentences.npy", mmap_mode="r"))
        self._offsets: NDArray[np.int64] = np.load(folder / "offsets.npy")
        self._ids: NDArray[np.bytes_] = np.asarray(np.load(folder / "ids.npy", mmap_mode="r"))
        records = msgspec.msgpack.decode((folder / _ACCESS).read_bytes(), type=AccessRecords)
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
        kept = min(limit, view.count)
        if not kept:
            return []
        cosines = np.where(view.mask, self._vectors @ question, -np.inf)
        nearest = np.argpartition(-cosines, kept - 1)[:kept]
        ordered = nearest[np.argsort(-cosines[nearest], kind="stable")]
        return [ScoredRow(int(row), float(cosines[row])) for row in ordered]

    def score_chunks(self, rows: Sequence[int], question: Vectors) -> Vectors:
        """Return the cosine of each row's vector with the question's."""
        return self._vectors[list(rows)] @ question

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


def build_snapshot(
    folder: Path, pages: Iterable[Sequence[IndexedChunk]], *, seq: int, fingerprint: str, dimensions: int, name: str
) -> Path:
    """Write a snapshot of the chunks under `folder/name` and return where it lies; it is not yet published.

    A chunk whose vectors come from another model takes part by its words only: its vectors are zero. Nothing is left
    behind where it fails.
    """
    aside = folder / f".{name}.part"
    try:
        (aside / _TEXT_FOLDER).mkdir(parents=True)
        _fill(aside, pages, seq=seq, fingerprint=fingerprint, dimensions=dimensions)
        return aside.rename(folder / name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _fill(aside: Path, pages: Iterable[Sequence[IndexedChunk]], *, seq: int, fingerprint: str, dimensions: int) -> None:
    columns = _Columns(fingerprint=fingerprint, dimensions=dimensions)
    build_full_text(aside / _TEXT_FOLDER, columns.collect(pages))
    columns.write(aside)
    manifest = Manifest(
        version=_VERSION,
        seq=seq,
        fingerprint=fingerprint,
        dimensions=dimensions,
        rows=len(columns.ids),
        checksums={path.relative_to(aside).as_posix(): _checksum(path) for path in _files(aside)},
    )
    (aside / _MANIFEST).write_bytes(msgspec.json.encode(manifest))


def publish_snapshot(built: Path) -> None:
    """Make the snapshot the current one of its folder, and remove those before the last."""
    folder = built.parent
    pointer = folder / f"{_POINTER}.part"
    pointer.write_text(built.name, encoding="utf-8")
    pointer.replace(folder / _POINTER)
    others = sorted((path for path in folder.iterdir() if path.is_dir() and path != built), key=_age, reverse=True)
    for old in others[_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


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
    if name is None:
        return None
    try:
        manifest = msgspec.json.decode((folder / name / _MANIFEST).read_bytes(), type=Manifest)
        if manifest.version != _VERSION or manifest.fingerprint != fingerprint:
            return None
        for path, checksum in manifest.checksums.items():
            if _checksum(folder / name / path) != checksum:
                raise SnapshotDamaged(f"{path} was altered")
        return Snapshot(folder / name, manifest)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise SnapshotDamaged(str(error)) from error


class _Columns:
    """Gathers the arrays of a snapshot while its chunks stream by."""

    def __init__(self, *, fingerprint: str, dimensions: int) -> None:
        self.ids: list[str] = []
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._access = AccessBuilder()
        self._counts: list[int] = []
        self._vectors: list[bytes] = []
        self._sentences: list[bytes] = []

    def collect(self, pages: Iterable[Sequence[IndexedChunk]]) -> Iterator[IndexedText]:
        """Take the chunks in, and pass on what full text needs of them."""
        for page in pages:
            for chunk in page:
                is_current = chunk.fingerprint == self._fingerprint
                empty = bytes(2 * self._dimensions * chunk.sentence_count)
                self._vectors.append(chunk.vector if is_current else bytes(4 * self._dimensions))
                self._sentences.append(chunk.sentence_vectors if is_current else empty)
                self._counts.append(chunk.sentence_count)
                self.ids.append(chunk.id)
                audience, document = self._access.add(chunk)
                yield IndexedText(len(self.ids) - 1, audience, document, chunk.text)

    def write(self, folder: Path) -> None:
        """Write the arrays."""
        shape = (-1, self._dimensions)
        np.save(folder / "vectors.npy", np.frombuffer(b"".join(self._vectors), "<f4").reshape(shape))
        np.save(folder / "sentences.npy", np.frombuffer(b"".join(self._sentences), "<f2").reshape(shape))
        np.save(folder / "offsets.npy", np.cumsum([0, *self._counts], dtype=np.int64))
        np.save(folder / "ids.npy", np.array(self.ids, _ID_TYPE))
        np.save(folder / "documents.npy", self._access.document_of_row)
        (folder / _ACCESS).write_bytes(msgspec.msgpack.encode(self._access.records()))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _checksum(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while part := file.read(_CHECK_BYTES):
            total = zlib.crc32(part, total)
    return total
