"""What can be wrong with a file of SQLite, brought about for real: one sentence, the next command, nothing lost."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from plimsoll.errors import DiskFull, InvalidSettings, OperatorError, StoreUnavailable
from plimsoll.records import Secret, SystemClock
from plimsoll.store import Store

from contract.store.databases import opened, small_disk

pytestmark = pytest.mark.anyio
NOBODY = 65_534


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that every user may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="plimsoll-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "state.db"


@contextmanager
def forbidding(path: Path, mode: int) -> Generator[None]:
    """Take rights away from the path, and be a user whom rights bind; root is not one."""
    before = path.stat().st_mode
    path.chmod(mode)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        path.chmod(before)


@contextmanager
def locked(file: Path) -> Generator[None]:
    """Hold the write lock of a database from another connection."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def _open(file: Path) -> Store:
    return await Store.open(f"sqlite:///{file}", schema="state", clock=SystemClock(), lock_seconds=0.1)


def _overwrite(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _read(file: Path) -> bytes:
    return file.read_bytes()


def _make_notes(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE notes (text TEXT)")


def _add_note(connection: Connection) -> None:
    connection.exec_driver_sql("INSERT INTO notes VALUES ('a note')")


def _count(connection: Connection) -> int:
    return connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    async with opened(f"sqlite:///{file}", lock_seconds=0.1) as store:
        await store.write(_make_notes)
        yield store


def _assert_speaks_of(error: OperatorError, file: Path, *words: str) -> None:
    assert repr(str(file)) in error.message
    assert [word for word in words if word not in str(error)] == []
    assert error.next_step
    assert "\n" not in str(error)


async def test_a_locked_database_says_which_file_and_what_to_do(store: Store, file: Path):
    with locked(file), pytest.raises(StoreUnavailable) as caught:
        await store.write(_add_note)
    _assert_speaks_of(caught.value, file, "locked by another process", f"fuser {file}")
    await store.write(_add_note)
    assert await store.read(_count) == 1


async def test_a_locked_database_can_still_be_read(store: Store, file: Path):
    with locked(file):
        assert await store.read(_count) == 0


async def test_a_database_that_is_up_to_date_opens_while_another_process_writes(store: Store, file: Path):
    with locked(file):
        second = await _open(file)
        assert await second.read(_count) == 0
        await second.close()


async def test_a_new_database_that_is_locked_says_so(file: Path):
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    with locked(file), pytest.raises(StoreUnavailable) as caught:
        await _open(file)
    _assert_speaks_of(caught.value, file, "locked by another process")


async def test_a_read_only_file_says_so_and_can_be_read_by_the_next(store: Store, file: Path):
    await store.write(_add_note)
    await store.close()
    with forbidding(file, 0o444), pytest.raises(StoreUnavailable) as caught:
        await _open(file)
    _assert_speaks_of(caught.value, file, f"ls -ld {file}")
    async with opened(f"sqlite:///{file}") as again:
        assert await again.read(_count) == 1


async def test_a_file_that_becomes_read_only_refuses_writes_and_keeps_what_it_has(store: Store, file: Path):
    await store.write(_add_note)
    with pytest.raises(StoreUnavailable) as caught:
        await store.write(lambda c: (c.exec_driver_sql("PRAGMA query_only = ON"), _add_note(c)))
    _assert_speaks_of(caught.value, file, "cannot be written", "read-only")
    assert await store.read(_count) == 1


async def test_a_folder_that_may_not_be_written_says_so(folder: Path, file: Path):
    with forbidding(folder, 0o555), pytest.raises(StoreUnavailable) as caught:
        await _open(file)
    _assert_speaks_of(caught.value, file, "cannot be opened", f"ls -ld {file}")


async def test_a_folder_that_may_not_be_made_says_so(folder: Path):
    with forbidding(folder, 0o555), pytest.raises(StoreUnavailable) as caught:
        await _open(folder / "new" / "state.db")
    _assert_speaks_of(caught.value, folder / "new" / "state.db", "permission denied")


async def test_missing_folders_are_made(folder: Path):
    store = await _open(folder / "a" / "b" / "state.db")
    await store.close()
    assert (folder / "a" / "b" / "state.db").is_file()


async def test_a_full_database_says_so_keeps_what_it_has_and_works_again(store: Store, file: Path):
    await store.write(_add_note)
    await store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 20").all())
    with pytest.raises(DiskFull) as caught:
        await store.write(lambda c: c.exec_driver_sql("INSERT INTO notes VALUES (zeroblob(1000000))"))
    _assert_speaks_of(caught.value, file, "is full", "df -h")
    assert await store.read(_count) == 1
    await store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 100000").all())
    await store.write(_add_note)
    assert await store.read(_count) == 2


@pytest.fixture
def disk(folder: Path) -> Iterator[Path]:
    with small_disk(folder) as small:
        yield small


async def test_a_full_disk_says_so_and_keeps_what_it_has(disk: Path):
    async with opened(f"sqlite:///{disk}/state.db") as store:
        await store.write(_make_notes)
        await store.write(_add_note)
        with pytest.raises(DiskFull) as caught:
            await store.write(lambda c: c.exec_driver_sql("INSERT INTO notes VALUES (randomblob(2000000))"))
        assert await store.read(_count) == 1
    _assert_speaks_of(caught.value, disk / "state.db", "is full")


async def test_a_file_of_something_else_is_left_as_it_is(file: Path):
    content = b"this is no database, and long enough to be looked at: " * 40
    _overwrite(file, content)
    with pytest.raises(StoreUnavailable) as caught:
        await _open(file)
    _assert_speaks_of(caught.value, file, "damaged, or is no SQLite database", f"mv {file} {file}.damaged")
    assert _read(file) == content


async def test_a_damaged_file_says_so(store: Store, file: Path):
    await store.write(lambda c: c.exec_driver_sql("INSERT INTO notes VALUES (hex(randomblob(200000)))"))
    await store.close()
    content = _read(file)
    _overwrite(file, content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StoreUnavailable) as caught:
        async with opened(f"sqlite:///{file}") as again:
            await again.read(_count)
    _assert_speaks_of(caught.value, file, "is damaged")


async def test_a_url_that_is_no_database_names_the_forms_and_shows_no_password():
    for url in ("mysql://ada:s3cret@host/db", "nonsense s3cret", "sqlite://"):
        with pytest.raises(InvalidSettings, match=r"sqlite:///path/to/state\.db") as caught:
            await Store.open(Secret(url), schema="state", clock=SystemClock())
        assert "s3cret" not in str(caught.value)


async def test_erased_content_is_in_neither_the_file_nor_its_log(store: Store, file: Path):
    await store.write(lambda c: c.exec_driver_sql("INSERT INTO notes VALUES ('unmistakable words')"))
    await store.write(lambda c: c.exec_driver_sql("DELETE FROM notes"))
    await store.checkpoint()
    stored = b"".join(_read(path) for path in file.parent.glob("state.db*"))
    assert b"unmistakable" not in stored
