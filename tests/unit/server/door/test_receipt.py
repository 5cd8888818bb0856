import msgspec
import pytest

from plimsoll.gateway import Receipt
from plimsoll.records import Usage
from plimsoll.server.door.receipt import describe_call, describe_receipt, safe_value

RECEIPT = Receipt(
    trace_id="0" * 32,
    alias="fast",
    provider="up",
    model="m-1",
    usage=Usage(),
    cost_usd=0.000025,
    finish_reason="stop",
    attempts=2,
    served="cache",
    upstream_ms=10.0,
    total_ms=10.25,
)


def test_a_receipt_is_told_in_headers():
    assert dict(describe_receipt(RECEIPT)) == {
        b"x-plimsoll-trace-id": b"0" * 32,
        b"x-plimsoll-model": b"up/m-1",
        b"x-plimsoll-served": b"cache",
        b"x-plimsoll-attempts": b"2",
        b"x-plimsoll-overhead-ms": b"0.250",
        b"x-plimsoll-cost-usd": b"0.000025000",
    }


def test_an_unknown_cost_is_left_out():
    unknown = msgspec.structs.replace(RECEIPT, cost_usd=None)
    assert describe_receipt(unknown) == describe_call(unknown)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("up/m-1", b"up/m-1"),
        ("up/m\r\nset-cookie: a=b", b"up/m??set-cookie: a=b"),
        ("up/é", b"up/\xe9"),
        ("up/\u6a21\u578b\x00", b"up/???"),
        ("x" * 1_000, b"x" * 200),
    ],
)
def test_what_others_chose_is_made_safe_for_a_header(text: str, value: bytes):
    assert safe_value(text) == value
