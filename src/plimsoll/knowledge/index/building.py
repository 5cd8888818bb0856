"""Writes a snapshot aside, page by page of chunks, so that a large corpus is never in memory as a whole.

`publishing` calls it in a worker thread and publishes what it wrote. Nothing is left behind where it fails.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from plimsoll.knowledge.index.access import AccessBuilder
from plimsoll.knowledge.index.fulltext import IndexedText, build_full_text
from plimsoll.knowledge.index.holding import Hold, make_holdable
from plimsoll.knowledge.index.snapshot import ACCESS, MANIFEST, SENTENCES, TEXT_FOLDER, VERSION, Manifest, checksum
from plimsoll.knowledge.index.vectors import VECTORS, write_signs
from plimsoll.knowledge.tables.indexed import IndexedChunk

_ID_TYPE = "S32"


def build_snapshot(
    folder: Path, pages: Iterable[Sequence[IndexedChunk]], *, seq: int, fingerprint: str, dimensions: int, name: str
) -> Path:
    """Write a snapshot of the chunks under `folder/name` and return where it lies; it is not yet published.

    It is held while it is written, so that no other builder takes it for what a dead one left.

    A chunk whose vectors come from another model takes part by its words only: its vectors are zero.
    Raises OSError where the disk refuses.
    """
    aside = folder / f".{name}.part"
    try:
        (aside / TEXT_FOLDER).mkdir(parents=True)
        make_holdable(aside)
        hold = Hold(aside)
        try:
            _write(aside, pages, seq=seq, fingerprint=fingerprint, dimensions=dimensions)
        finally:
            hold.let_go()
        return aside.rename(folder / name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _write(
    aside: Path, pages: Iterable[Sequence[IndexedChunk]], *, seq: int, fingerprint: str, dimensions: int
) -> None:
    columns = _Columns(aside, fingerprint=fingerprint, dimensions=dimensions)
    columns.write(pages)
    manifest = Manifest(
        version=VERSION,
        seq=seq,
        fingerprint=fingerprint,
        dimensions=dimensions,
        rows=columns.rows,
        checksums={path.relative_to(aside).as_posix(): checksum(path) for path in _files(aside)},
    )
    (aside / MANIFEST).write_bytes(msgspec.json.encode(manifest))


class _Columns:
    """The arrays of a snapshot: vectors go to the disk while the chunks stream by, what is small is gathered."""

    def __init__(self, folder: Path, *, fingerprint: str, dimensions: int) -> None:
        self._folder = folder
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._access = AccessBuilder()
        self._ids: list[str] = []
        self._counts: list[int] = []

    @property
    def rows(self) -> int:
        """Return how many chunks were taken in."""
        return len(self._ids)

    def write(self, pages: Iterable[Sequence[IndexedChunk]]) -> None:
        """Take the chunks in and write every file but the manifest."""
        folder = self._folder
        with ExitStack() as files:
            vectors = files.enter_context((folder / VECTORS).open("wb"))
            sentences = files.enter_context((folder / SENTENCES).open("wb"))
            build_full_text(folder / TEXT_FOLDER, self._collect(pages, vectors, sentences))
        write_signs(folder, self._dimensions)
        np.save(folder / "offsets.npy", np.cumsum([0, *self._counts], dtype=np.int64))
        np.save(folder / "ids.npy", np.array(self._ids, _ID_TYPE))
        np.save(folder / "documents.npy", self._access.document_of_row)
        (folder / ACCESS).write_bytes(msgspec.msgpack.encode(self._access.records()))

    def _collect(
        self, pages: Iterable[Sequence[IndexedChunk]], vectors: IO[bytes], sentences: IO[bytes]
    ) -> Iterator[IndexedText]:
        for page in pages:
            for chunk in page:
                is_current = chunk.fingerprint == self._fingerprint
                empty = bytes(2 * self._dimensions * chunk.sentence_count)
                vectors.write(chunk.vector if is_current else bytes(4 * self._dimensions))
                sentences.write(chunk.sentence_vectors if is_current else empty)
                self._counts.append(chunk.sentence_count)
                self._ids.append(chunk.id)
                audience, document = self._access.add(chunk)
                yield IndexedText(self.rows - 1, audience, document, chunk.text)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
