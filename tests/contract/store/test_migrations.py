"""Migrations make exactly the tables that the rooms declare, once, and leave a newer database alone."""

import asyncio
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_mock_engine
from sqlalchemy.schema import CreateIndex, ExecutableDDLElement

import plimsoll
from plimsoll.errors import StoreUnavailable
from plimsoll.records import SystemClock
from plimsoll.store import STATE, TRACES, Schema, Store

from contract.store.databases import BOTH, database, opened

PACKAGE = Path(plimsoll.__file__).parent
METADATA = {"state": STATE, "traces": TRACES}
SCHEMAS: tuple[Schema, ...] = ("state", "traces")


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database(request.param, tmp_path) as address:
        yield address


def _declare_all_tables() -> None:
    for table in (*PACKAGE.rglob("table.py"), *PACKAGE.rglob("tables/*.py")):
        importlib.import_module(".".join(("plimsoll", *table.relative_to(PACKAGE).with_suffix("").parts)))


def _differences(connection: Connection, schema: Schema) -> list[object]:
    others = {name for metadata in METADATA.values() for name in metadata.tables} - set(METADATA[schema].tables)
    versions = {f"plimsoll_{name}_version" for name in SCHEMAS}

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name not in others | versions

    context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
    return list(compare_metadata(context, _as_declared_for(connection, METADATA[schema])))


def _as_declared_for(connection: Connection, metadata: MetaData) -> MetaData:
    """Return a copy without the indexes that are declared for another database."""
    made: set[str | None] = set()

    def note(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        made.update([statement.element.name] if isinstance(statement, CreateIndex) else [])

    metadata.create_all(create_mock_engine(connection.engine.url, note), checkfirst=False)
    copy = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        copied = table.to_metadata(copy)
        copied.indexes = {index for index in copied.indexes if index.name in made}
    return copy


@pytest.mark.anyio
@pytest.mark.parametrize("schema", SCHEMAS)
async def test_the_migrated_tables_are_those_the_rooms_declare(url: str, schema: Schema):
    _declare_all_tables()
    async with opened(url, schema) as store:
        assert await store.read(lambda connection: _differences(connection, schema)) == []


@pytest.mark.anyio
async def test_state_and_traces_live_in_one_database(url: str):
    _declare_all_tables()
    async with opened(url, "state") as state, opened(url, "traces") as traces:
        assert await state.read(lambda connection: _differences(connection, "state")) == []
        assert await traces.read(lambda connection: _differences(connection, "traces")) == []


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_steps_follow_their_numbers_without_a_gap_or_a_fork(schema: Schema):
    folder = PACKAGE / "store" / "migrations"
    scripts = ScriptDirectory(str(folder), version_locations=[str(folder / schema / "versions")])
    chain = [script.revision for script in scripts.walk_revisions()][::-1]
    names = sorted(path.stem for path in (folder / schema / "versions").glob("[0-9]*.py"))
    assert chain == names
    assert scripts.get_heads() == names[-1:]


@pytest.mark.anyio
async def test_opening_again_keeps_what_is_there(url: str):
    async with opened(url) as store:
        await store.write(lambda c: c.exec_driver_sql("CREATE TABLE kept AS SELECT 1 AS n"))
    async with opened(url) as store:
        assert await store.read(lambda c: c.exec_driver_sql("SELECT n FROM kept").scalar_one()) == 1


@pytest.mark.anyio
async def test_eight_that_open_a_new_database_at_once_migrate_it_once(url: str):
    opening = (Store.open(url, schema="state", clock=SystemClock()) for _ in range(8))
    stores = await asyncio.gather(*opening)
    versions = await stores[0].read(lambda c: c.exec_driver_sql("SELECT * FROM plimsoll_state_version").all())
    await asyncio.gather(*(store.close() for store in stores))
    assert len(versions) == 1


OPEN = """
import asyncio, sys
from plimsoll.records import SystemClock
from plimsoll.store import Store
async def main():
    store = await Store.open(sys.argv[1], schema="traces", clock=SystemClock())
    await store.close()
asyncio.run(main())
"""


@pytest.mark.slow
def test_two_processes_that_start_at_once_on_a_new_database_all_start(url: str):
    command = [sys.executable, "-W", "error", "-c", OPEN, url]
    environment = {"PYTHONPATH": str(PACKAGE.parent)}
    started = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[1] for process in started] == ["", ""]


@pytest.mark.anyio
async def test_a_database_of_a_newer_plimsoll_is_refused_and_left_alone(url: str):
    async with opened(url) as store:
        await store.write(lambda c: c.exec_driver_sql("UPDATE plimsoll_state_version SET version_num = '9999_later'"))
    with pytest.raises(StoreUnavailable, match=r"newer Plimsoll .*'9999_later'.* pip install --upgrade plimsoll"):
        await Store.open(url, schema="state", clock=SystemClock())
