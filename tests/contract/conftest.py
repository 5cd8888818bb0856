"""An empty store of state for each test, on both databases; a folder or a file may define its own in its place."""

from collections.abc import AsyncIterator, Iterator

import pytest

from plimsoll.store import Store

from contract.store.databases import BOTH, database, emptied


@pytest.fixture(params=BOTH, scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with database(request.param, tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with emptied(url) as store:
        yield store
