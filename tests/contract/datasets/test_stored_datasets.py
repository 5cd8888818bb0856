"""Stored datasets: versions that never change, and people who can be erased from all; on SQLite and PostgreSQL."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.datasets import (
    Follows,
    KeptCase,
    StoredDatasets,
    load_dataset,
    write_case,
)
from plimsoll.errors import InvalidDataset, InvalidRequest, NotFound
from plimsoll.records import Case
from plimsoll.store import Store
from plimsoll.testing import FakeClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def stored(store: Store) -> StoredDatasets:
    return StoredDatasets(store, FakeClock(datetime(2025, 3, 1, tzinfo=UTC)))


def kept(text: str, subject: str | None = None) -> KeptCase:
    return KeptCase(case=Case(id=text, input={"text": text}), subject=subject)


async def test_a_version_has_the_hash_that_its_file_would_have(stored: StoredDatasets, tmp_path: Path):
    version = await stored.put("faq", [kept("a"), kept("b")], note="test")
    path = tmp_path / "faq.jsonl"
    path.write_text("\n".join(write_case(kept(text).case) for text in "ba"), encoding="utf-8")
    assert version == load_dataset(path).version
    assert (await stored.load("faq", version[:6])).cases == (kept("a").case, kept("b").case)


async def test_an_older_version_stays_as_it_was_and_becomes_current_when_it_is_put_again(stored: StoredDatasets):
    first = await stored.put("faq", [kept("a")], note="one")
    second = await stored.put("faq", [kept("a"), kept("b")], note="two")
    assert [one.version for one in await stored.versions("faq")] == [second, first]
    assert len((await stored.load("faq", first)).cases) == 1
    await stored.put("faq", [kept("a")], note="again")
    assert (await stored.find("faq")).version == first


async def test_erasing_a_person_empties_every_version_and_leaves_a_current_one_that_runs(stored: StoredDatasets):
    old = await stored.put("faq", [kept("a", "ann")], note="one")
    whole = await stored.put("faq", [kept("a", "ann"), kept("b", "bob"), kept("c")], note="two")
    assert await stored.erase("ann") == 1
    assert [case.id for case in (await stored.load("faq")).cases] == ["b", "c"]
    with pytest.raises(InvalidDataset, match="holds 2 of the 3 cases"):
        await stored.load("faq", whole)
    with pytest.raises(InvalidDataset, match="holds 0 of the 1 cases"):
        await stored.load("faq", old)
    assert await stored.erase("ann") == 0


async def test_the_same_words_of_two_people_are_erased_apart(stored: StoredDatasets):
    await stored.put("one", [kept("a", "ann")], note="")
    await stored.put("two", [kept("a", "bob")], note="")
    assert await stored.erase("ann", tenant="elsewhere") == 0
    assert await stored.erase("ann") == 1
    assert len((await stored.load("two")).cases) == 1


async def test_of_two_imports_at_once_none_loses_what_the_other_added(stored: StoredDatasets):
    first = await stored.put("faq", [kept("a")], note="")
    follows = Follows(first)
    both = [stored.put("faq", [kept("a"), kept(text)], note="", follows=follows) for text in "bc"]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(one, InvalidRequest) for one in done) == [False, True]
    assert "changed meanwhile" in str(next(one for one in done if isinstance(one, InvalidRequest)))


async def test_a_dataset_that_is_removed_leaves_nothing(stored: StoredDatasets):
    await stored.put("faq", [kept("a", "ann")], note="")
    await stored.put("other", [kept("b", "ann")], note="")
    assert await stored.remove("faq") == 1
    assert await stored.erase("ann") == 1
    with pytest.raises(NotFound, match="no stored dataset 'faq'"):
        await stored.find("faq")


@pytest.mark.parametrize(("name", "cases"), [("../faq", 1), ("", 1), ("faq", 0)])
async def test_what_could_not_be_kept_is_refused(stored: StoredDatasets, name: str, cases: int):
    with pytest.raises((InvalidRequest, InvalidDataset)):
        await stored.put(name, [kept("a")] * cases, note="")


async def test_a_version_that_is_not_there_is_told_with_those_that_are(stored: StoredDatasets):
    version = await stored.put("faq", [kept("a")], note="")
    with pytest.raises(NotFound) as missing:
        await stored.load("faq", "0" * 12)
    assert version[:12] in missing.value.next_step
    with pytest.raises(InvalidRequest, match="'v1' is not the version"):
        await stored.load("faq", "v1")
