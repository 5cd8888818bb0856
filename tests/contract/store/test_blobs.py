"""Blobs are whole or not there, and are checked when they are read."""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.errors import DiskFull, InvalidRequest, NotFound, StoreUnavailable
from plimsoll.store import Blobs

from contract.store.databases import small_disk

pytestmark = pytest.mark.anyio
CONTENT = os.urandom(100_000)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _overwrite(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def test_what_is_put_is_found_by_its_hash(tmp_path: Path):
    blobs = Blobs(tmp_path / "blobs")
    name = await blobs.put(CONTENT)
    assert name == hashlib.sha256(CONTENT).hexdigest()
    assert await blobs.get(name) == CONTENT
    assert _read(blobs.path(name)) == CONTENT


async def test_the_same_content_put_at_once_is_kept_once(tmp_path: Path):
    blobs = Blobs(tmp_path)
    await asyncio.gather(*(blobs.put(CONTENT) for _ in range(10)))
    assert len(_files(tmp_path)) == 1


async def test_a_blob_that_was_altered_is_not_given_out_and_is_mended_by_putting_it_again(tmp_path: Path):
    blobs = Blobs(tmp_path)
    name = await blobs.put(CONTENT)
    _overwrite(blobs.path(name), b"something else")
    with pytest.raises(StoreUnavailable, match="does not have the hash in its name"):
        await blobs.get(name)
    await blobs.put(CONTENT)
    assert await blobs.get(name) == CONTENT


async def test_a_blob_that_is_not_there_is_not_found(tmp_path: Path):
    with pytest.raises(NotFound, match="There is no blob"):
        await Blobs(tmp_path).get("0" * 64)


async def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path):
    with pytest.raises(InvalidRequest, match="is not a content hash"):
        await Blobs(tmp_path).get("../../etc/passwd")


async def test_a_folder_that_is_a_file_says_so(tmp_path: Path):
    _overwrite(tmp_path / "blobs", b"a file")
    with pytest.raises(StoreUnavailable, match="cannot be read or written"):
        await Blobs(tmp_path / "blobs").put(CONTENT)


async def test_a_cancelled_put_leaves_a_whole_blob_or_none(tmp_path: Path):
    blobs = Blobs(tmp_path)
    putting = asyncio.create_task(blobs.put(CONTENT))
    await asyncio.sleep(0)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    name = await blobs.put(CONTENT)
    assert await blobs.get(name) == CONTENT
    assert [path for path in _files(tmp_path) if path.stat().st_size != len(CONTENT)] == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path) as folder:
        yield folder


async def test_a_full_disk_says_so_and_keeps_no_part_of_the_blob(disk: Path):
    with pytest.raises(DiskFull, match=r"is full; nothing was changed\. Free some room"):
        await Blobs(disk).put(os.urandom(2_000_000))
    assert _files(disk) == []
