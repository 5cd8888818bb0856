"""Files kept under the hash of their content: documents, images, audio. Knowledge puts the originals here.

A blob is whole or not there: it is written beside its place, forced to disk, and moved.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

from plimsoll.errors import InvalidRequest, NotFound, StoreUnavailable
from plimsoll.store.faults import explain_file_error

_HASH = re.compile(r"[0-9a-f]{64}")
_SECONDS = 60.0


class Blobs:
    """A folder of blobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, content_hash: str) -> Path:
        """Return where the blob of that SHA-256 (64 hexadecimal digits) is, or would be."""
        if _HASH.fullmatch(content_hash) is None:
            raise InvalidRequest(f"{content_hash!r} is not a content hash: 64 hexadecimal digits, as `put` returns.")
        return self._folder / content_hash[:2] / content_hash[2:]

    async def put(self, content: bytes) -> str:
        """Keep the content and return its SHA-256; content that is already there is left as it stands.

        Raises DiskFull or StoreUnavailable; then there is no blob, and no part of one. Cancelling leaves it whole or
        absent.
        """
        async with asyncio.timeout(_SECONDS):
            return await asyncio.to_thread(self._put, content)

    async def get(self, content_hash: str) -> bytes:
        """Return the content, checked against its hash.

        Raises NotFound when there is no such blob, StoreUnavailable when its file cannot be read or was altered.
        """
        async with asyncio.timeout(_SECONDS):
            return await asyncio.to_thread(self._get, content_hash)

    def _put(self, content: bytes) -> str:
        content_hash = hashlib.sha256(content).hexdigest()
        place = self.path(content_hash)
        try:
            if _hash_of(place) != content_hash:
                place.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(place, content)
        except OSError as error:
            raise explain_file_error(error, str(place)) from error
        return content_hash

    def _get(self, content_hash: str) -> bytes:
        place = self.path(content_hash)
        try:
            content = place.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"There is no blob {content_hash!r} in {str(self._folder)!r}.") from None
        except OSError as error:
            raise explain_file_error(error, str(place)) from error
        if hashlib.sha256(content).hexdigest() != content_hash:
            raise StoreUnavailable(
                f"The file {str(place)!r} is damaged: its content does not have the hash in its name.",
                next_step="Put it back from a backup, or ingest the document again.",
            )
        return content


def _hash_of(place: Path) -> str | None:
    if not place.exists():
        return None
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_whole(place: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=place.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    _force_folder(place.parent)


def _force_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
