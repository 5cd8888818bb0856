"""The derived index of a corpus: full text and vectors in files, built from the table of truth, replaced as a whole.

`retrieve` searches an open snapshot. A snapshot is written aside, checked, and published by renaming; a reader sees
the old one or the new one, never a half. It holds no truth: what it finds is looked up in the table.
"""

import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.knowledge.index.embedding import Vectors
from plimsoll.knowledge.index.fulltext import FullText, IndexedText, ScoredRow, build_full_text
from plimsoll.knowledge.table import IndexedChunk

_VERSION = 1
_POINTER = "current"
_MANIFEST = "manifest.json"
_TEXT_FOLDER = "fulltext"
_CHECK_BYTES = 1 << 20
_KEPT = 2


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
    chunk_ids: tuple[str, ...]
    """Id of each row's chunk."""
    tenants: tuple[str, ...]
    """Tenants, by the code that stands in `tenants.npy`."""
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
        self._tenants: NDArray[np.int32] = np.load(folder / "tenants.npy")

    @property
    def rows(self) -> int:
        """Return how many chunks it holds."""
        return len(self.manifest.chunk_ids)

    def score_text(self, question: str, *, tenant: str, limit: int) -> list[ScoredRow]:
        """Return the best rows by BM25, best first."""
        needs_filter = self.manifest.tenants != (tenant,)
        return self._text.search(self._text.terms(question), tenant=tenant if needs_filter else None, limit=limit)

    def score_vectors(self, question: Vectors) -> Vectors:
        """Return the cosine of every row with the question's vector, shape (rows,)."""
        return self._vectors @ question

    def rows_of_tenant(self, tenant: str) -> NDArray[np.bool_]:
        """Return which rows belong to the tenant, shape (rows,)."""
        code = self.manifest.tenants.index(tenant) if tenant in self.manifest.tenants else -1
        return self._tenants == code

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
        chunk_ids=tuple(columns.ids),
        tenants=tuple(columns.tenants),
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
        self.tenants: dict[str, int] = {}
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._codes: list[int] = []
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
                self._codes.append(self.tenants.setdefault(chunk.tenant, len(self.tenants)))
                self.ids.append(chunk.id)
                yield IndexedText(len(self.ids) - 1, chunk.tenant, chunk.text)

    def write(self, folder: Path) -> None:
        """Write the arrays."""
        shape = (-1, self._dimensions)
        np.save(folder / "vectors.npy", np.frombuffer(b"".join(self._vectors), "<f4").reshape(shape))
        np.save(folder / "sentences.npy", np.frombuffer(b"".join(self._sentences), "<f2").reshape(shape))
        np.save(folder / "offsets.npy", np.cumsum([0, *self._counts], dtype=np.int64))
        np.save(folder / "tenants.npy", np.array(self._codes, np.int32))


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
