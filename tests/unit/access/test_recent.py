from plimsoll.access.recent import RecentKeys
from plimsoll.records import Principal
from plimsoll.testing import FakeClock


def test_the_oldest_key_goes_first_when_there_are_too_many():
    recent = RecentKeys(FakeClock())
    for number in range(10_001):
        recent.add(f"key {number}", Principal(id=f"key:{number}"))
    assert recent.find("key 0") is None
    assert recent.find("key 1") == Principal(id="key:1")
    assert recent.find("key 10000") == Principal(id="key:10000")


def test_no_key_is_held_in_clear():
    recent = RecentKeys(FakeClock())
    recent.add("plim_secret", Principal(id="key:1"))
    assert "plim_secret" not in repr(vars(recent))
