"""An empty store of traces for each test, on both databases; a file may define its own in its place."""

from collections.abc import AsyncIterator, Iterator

import pytest

from plimsoll.store import TRACES, Store
from plimsoll.traces import Traces

from contract.store.databases import BOTH, database, opened


@pytest.fixture(params=BOTH, scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with database(request.param, tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with opened(url, "traces") as store:
        await store.write(lambda connection: [connection.execute(table.delete()) for table in TRACES.sorted_tables])
        yield store


@pytest.fixture
def traces(store: Store) -> Traces:
    return Traces(store)
