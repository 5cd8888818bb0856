"""An empty store of traces for each test, on both databases; a file may define its own in its place."""

from collections.abc import AsyncIterator

import pytest

from plimsoll.store import Store
from plimsoll.traces import Traces

from contract.store.databases import emptied


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with emptied(url, "traces") as store:
        yield store


@pytest.fixture
def traces(store: Store) -> Traces:
    return Traces(store)
