"""Files of a project are written whole or not at all, and whoever runs the machine is told why not."""

from pathlib import Path

import pytest

from plimsoll.errors import DiskFull, OperatorError
from plimsoll.project import put_file

from contract.store.databases import small_disk


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left_there(tmp_path: Path):
    (tmp_path / "notes").mkdir()
    with pytest.raises(OperatorError, match="notes could not be written: Is a directory"):
        put_file(tmp_path / "notes", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_a_full_disk_leaves_the_file_of_before(tmp_path: Path):
    with small_disk(tmp_path) as folder:
        put_file(folder / "notes.md", b"old")
        with pytest.raises(DiskFull, match=r"There is no room left for .*notes\.md"):
            put_file(folder / "notes.md", b"new" * 1_000_000)
        assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("notes.md", b"old")]
