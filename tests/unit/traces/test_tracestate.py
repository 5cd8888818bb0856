"""What senders say of their own sampling."""

import json

import pytest

from plimsoll.traces import Form, read_export
from plimsoll.traces.otlp.tracestate import read_inclusion

KNOWN = [
    ("ot=th:0", 1.0),
    ("ot=th:8", 0.5),
    ("ot=th:c", 0.25),
    ("ot=th:fd70a3d70a3d71", 0.01),
    ("vendor=x,ot=rv:00112233445566;th:e6666666666668;p:8", 0.1),
    ("ot=th:ffffffffffffff", 2**-56),
]


@pytest.mark.parametrize(("said", "chance"), KNOWN)
def test_the_threshold_is_read_as_a_chance(said: str, chance: float):
    assert read_inclusion(said) == pytest.approx(chance, rel=1e-12)


@pytest.mark.parametrize(
    "said", ["", "ot=rv:00112233445566", "ot=th:", "ot=th:xyz", "ot=th:123456789abcdef", "th:8", "x=th:8"]
)
def test_what_is_no_threshold_says_nothing(said: str):
    assert read_inclusion(said) is None


def test_a_span_that_was_sampled_before_it_came_carries_its_chance():
    span = {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": "b7ad6b7169203331",
        "traceState": "ot=th:c",
        "name": "chat",
        "startTimeUnixNano": "1",
        "endTimeUnixNano": "2",
    }
    body = {
        "resourceSpans": [{"scopeSpans": [{"spans": [span, {**span, "spanId": "b7ad6b7169203332", "traceState": ""}]}]}]
    }
    first, second = read_export(json.dumps(body).encode(), form=Form.JSON, is_gzip=False, tenant="local").spans
    assert first.attributes["plimsoll.inclusion"] == 0.25
    assert "plimsoll.inclusion" not in second.attributes
