import pytest

from plimsoll.errors import Overloaded
from plimsoll.server import Limits
from plimsoll.server.door.room import Room


def test_a_place_is_free_again_once_a_call_has_left():
    room = Room(Limits(concurrent_calls=1))
    room.enter()
    with pytest.raises(Overloaded, match="1 calls"):
        room.enter()
    room.leave(0)
    assert room.enter() is None


def test_bodies_are_held_up_to_a_bound_together():
    room = Room(Limits(held_bytes=1_000_000))
    room.enter()
    room.hold(900_000)
    room.enter()
    with pytest.raises(Overloaded, match="1 MB"):
        room.hold(200_000)
    room.leave(200_000)
    assert room.hold(100_000) is None
