"""A claim is held by one among all that use a database, on SQLite and PostgreSQL, never waited for."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from plimsoll.errors import Overloaded
from plimsoll.store import Store

from contract.store.databases import BOTH, database, opened

pytestmark = pytest.mark.anyio


@pytest.fixture(params=BOTH)
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[tuple[Store, Store]]:
    with database(request.param, tmp_path) as url:
        async with opened(url) as one, opened(url) as other:
            yield one, other


async def test_a_claim_is_refused_to_others_until_it_is_given_back(stores: tuple[Store, Store]):
    one, other = stores
    async with one.claim("run 1", what="working on run 1"):
        for store in stores:
            with pytest.raises(Overloaded, match=r"Another process is working on run 1\."):
                async with store.claim("run 1", what="working on run 1"):
                    pytest.fail("two hold it")
        async with other.claim("run 2", what="working on run 2"):
            pass
    async with other.claim("run 1", what="working on run 1"):
        pass


async def test_of_many_that_claim_at_once_one_has_it_at_a_time_and_no_file_is_left(
    stores: tuple[Store, Store], tmp_path: Path
):
    inside = most = had = 0

    async def claim(store: Store) -> None:
        nonlocal inside, most, had
        try:
            async with store.claim("run", what="at it"):
                inside += 1
                most, had = max(most, inside), had + 1
                await asyncio.sleep(0)
                inside -= 1
        except Overloaded:
            pass

    for _ in range(10):
        await asyncio.gather(*(claim(store) for store in stores for _ in range(4)))
    assert most == 1
    assert had >= 10
    assert [path for path in tmp_path.iterdir() if path.suffix == ".lock"] == []  # noqa: ASYNC240 - nothing else runs
