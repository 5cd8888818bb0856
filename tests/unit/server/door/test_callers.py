import pytest

from plimsoll.errors import UntrustedOrigin
from plimsoll.server.address import Address
from plimsoll.server.door.callers import read_key
from plimsoll.server.door.visits import Visits

OURS = "plim_0123"


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, ""),
        ({b"authorization": b"Bearer plim_0123"}, OURS),
        ({b"authorization": b"bearer  plim_0123 "}, OURS),
        ({b"x-api-key": b"plim_0123"}, OURS),
        ({b"x-api-key": b"plim_0123", b"authorization": b"Bearer sk-1"}, OURS),
        ({b"x-api-key": b"sk-1", b"authorization": b"Bearer plim_0123"}, OURS),
        ({b"authorization": b"Bearer sk-1"}, "sk-1"),
        ({b"authorization": b"Basic plim_0123"}, ""),
        ({b"authorization": b"\xff\xfe"}, ""),
    ],
)
def test_a_key_is_found_where_either_sdk_puts_it(headers: dict[bytes, bytes], key: str):
    assert read_key(headers) == key


def test_what_passed_once_passes_and_what_did_not_never_does():
    visits = Visits(Address(port=8000))
    for _ in range(2):
        visits.check({b"host": b"127.0.0.1:8000"})
        with pytest.raises(UntrustedOrigin):
            visits.check({b"host": b"evil.example"})
        with pytest.raises(UntrustedOrigin):
            visits.check({b"host": b"127.0.0.1:8000", b"sec-fetch-site": b"cross-site"})


def test_visits_are_bounded():
    visits = Visits(Address(port=8000))
    for port in range(1_000):
        visits.check({b"host": b"127.0.0.1:%d" % port})
    assert len(visits) <= 256
