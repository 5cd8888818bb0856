"""What keys promise, over SQLite and PostgreSQL."""

import asyncio

import pytest

from plimsoll.access import Keys
from plimsoll.errors import InvalidRequest, NotFound, Unauthenticated
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store
from plimsoll.testing import FakeClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def keys(store: Store) -> Keys:
    return Keys(store, SystemClock())


async def test_a_new_key_stands_for_its_principal(keys: Keys):
    made = await keys.create("the shop", tenant="shop", groups={"staff", "sales"}, scopes=["ask", "read"])
    assert await keys.verify(made.secret.reveal()) == Principal(
        id=f"key:{made.key_id}",
        tenant="shop",
        groups=frozenset({"staff", "sales"}),
        scopes=frozenset({"ask", "read"}),
    )


async def test_a_key_has_256_random_bits_and_is_nowhere_in_the_database(keys: Keys, store: Store):
    made = await keys.create("one")
    prefix, key_id, random = made.secret.reveal().split("_")
    rows = await store.read(lambda c: c.exec_driver_sql("SELECT * FROM access_keys").all())
    assert (prefix, key_id, len(bytes.fromhex(random))) == ("plim", made.key_id, 32)
    assert random not in str(rows)
    assert random not in repr(made)


async def test_a_wrong_malformed_or_revoked_key_is_refused_in_the_same_words(keys: Keys):
    made = await keys.create("one")
    revoked = await keys.create("two")
    await keys.revoke(revoked.key_id)
    text = made.secret.reveal()
    wrong = [text[:-1] + ("0" if text[-1] != "0" else "1"), text.upper(), f" {text}", "", "plim_", "é", "x" * 10_000]
    words: set[str] = set()
    for guess in [*wrong, f"plim_{'0' * 16}_{'0' * 64}", revoked.secret.reveal()]:
        with pytest.raises(Unauthenticated) as caught:
            await keys.verify(guess)
        words.add(str(caught.value))
    assert len(words) == 1
    assert (await keys.verify(text)).id == f"key:{made.key_id}"


async def test_keys_are_listed_oldest_first_with_the_revoked_ones(keys: Keys):
    first = await keys.create(" first ", groups=["a"])
    second = await keys.create("second")
    await keys.revoke(first.key_id)
    listed = await keys.list()
    assert [(each.key_id, each.name, each.revoked_at is None) for each in listed] == [
        (first.key_id, "first", False),
        (second.key_id, "second", True),
    ]
    assert listed[0].groups == {"a"}
    assert listed[0].created_at.tzinfo is not None


async def test_revoking_again_keeps_the_first_moment(keys: Keys):
    made = await keys.create("one")
    await keys.revoke(made.key_id)
    before = await keys.list()
    await keys.revoke(made.key_id)
    assert await keys.list() == before


async def test_revoking_a_key_that_is_not_there_names_those_that_are(keys: Keys):
    made = await keys.create("one")
    with pytest.raises(NotFound, match=f"There is no access key 'abc'.*{made.key_id}"):
        await keys.revoke("abc")


@pytest.mark.parametrize("group", ["", " ", "sales ", "x" * 201])
async def test_a_group_without_a_proper_name_is_refused(keys: Keys, group: str):
    with pytest.raises(InvalidRequest, match="no name of a group"):
        await keys.create("one", groups=["sales", group])


async def test_whether_any_key_works_is_known(keys: Keys):
    assert not await keys.any_active()
    made = await keys.create("one")
    assert await keys.any_active()
    await keys.revoke(made.key_id)
    assert not await keys.any_active()


async def test_erasing_a_principal_deletes_its_key_and_no_other(keys: Keys):
    made, other = await keys.create("one"), await keys.create("two")
    assert await keys.erase("user:ada") == 0
    assert await keys.erase(f"key:{made.key_id}") == 1
    assert [each.key_id for each in await keys.list()] == [other.key_id]


async def test_a_key_without_a_name_a_tenant_or_a_known_scope_is_refused(keys: Keys):
    with pytest.raises(InvalidRequest, match="1 to 200 characters, not 0"):
        await keys.create("  ")
    with pytest.raises(InvalidRequest, match="'' is none"):
        await keys.create("one", tenant="")
    with pytest.raises(InvalidRequest, match="There is no scope 'asks'; did you mean 'ask'"):
        await keys.create("one", scopes=["asks"])
    with pytest.raises(InvalidRequest, match="name at least one scope"):
        await keys.create("one", scopes=[])
    assert await keys.list() == []


async def test_a_verified_key_is_recalled_for_a_second_without_the_database(store: Store):
    clock = FakeClock()
    keys = Keys(store, clock)
    text = (await keys.create("one", groups={"sales"})).secret.reveal()
    assert keys.recall(text) is None
    principal = await keys.verify(text)
    clock.advance(0.99)
    assert keys.recall(text) == principal
    assert keys.recall(text + "0") is None
    clock.advance(0.01)
    assert keys.recall(text) is None


async def test_a_key_that_is_revoked_or_erased_here_is_not_recalled_again(keys: Keys):
    revoked, erased = await keys.create("one"), await keys.create("two")
    for made in (revoked, erased):
        await keys.verify(made.secret.reveal())
    await keys.revoke(revoked.key_id)
    assert keys.recall(revoked.secret.reveal()) is None
    assert keys.recall(erased.secret.reveal()) is not None
    await keys.erase(f"key:{erased.key_id}")
    assert keys.recall(erased.secret.reveal()) is None


async def test_a_verification_under_way_while_a_key_is_revoked_does_not_bring_it_back(keys: Keys):
    made = await keys.create("one")
    text = made.secret.reveal()
    await asyncio.gather(keys.verify(text), keys.revoke(made.key_id), return_exceptions=True)
    assert keys.recall(text) is None


async def test_a_key_of_odd_letters_is_not_recalled(keys: Keys):
    assert keys.recall("\ud800") is None
