"""How a new SQLite file is laid out: what is decided with its first page stays with it."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from plimsoll.store import Schema

from contract.store.databases import opened

pytestmark = pytest.mark.anyio
INCREMENTAL = 2


def read_layout(connection: Connection) -> tuple[int, int]:
    names = ("page_size", "auto_vacuum")
    size, vacuum = (int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in names)
    return size, vacuum


@pytest.mark.parametrize(("schema", "page_bytes"), [("state", 4_096), ("traces", 8_192)])
async def test_a_new_file_has_pages_of_its_kind_and_can_give_them_back(schema: Schema, page_bytes: int, tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/store.db", schema) as store:
        assert (await store.read(read_layout)) == (page_bytes, INCREMENTAL)
