"""How long a provider asks to wait, in each of the ways to say it."""

from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict

from plimsoll.gateway.providers.http_upstream import read_wait
from plimsoll.testing import FakeClock

NOON = FakeClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "Sat, 21 Nov 2026 13:00:30 +0100"}, 30.0),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 -0000"}, None),
        ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25),
        ({"retry-after-ms": "soon", "Retry-After": "9"}, 9.0),
        ({"retry-after-ms": "-5"}, None),
        ({"retry-after-ms": "99999999999999"}, None),
        *(({"Retry-After": nonsense}, None) for nonsense in ("", "soon", "-7", "nan", "inf", "7 s", "²", "0x10")),
    ],
)
def test_what_is_said_is_read_and_what_is_not_is_none(headers: dict[str, str], seconds: float | None):
    assert read_wait(CIMultiDict(headers), NOON) == seconds


def test_a_number_beyond_all_reason_is_no_wait_at_all():
    assert read_wait(CIMultiDict({"Retry-After": "9" * 400}), NOON) is None
