"""Which `traceparent` a call is joined by."""

import pytest
from opentelemetry.trace import get_current_span

from plimsoll.server.door.joining import joined_to_caller, read_caller_span

TRACE, SPAN = b"0af7651916cd43dd8448eb211c80319c", b"b7ad6b7169203331"
GOOD = b"00-" + TRACE + b"-" + SPAN + b"-01"


def test_a_valid_header_of_a_kept_trace_is_read():
    span = read_caller_span(GOOD)
    assert span is not None
    assert (span.trace_id, span.span_id, span.is_remote) == (int(TRACE, 16), int(SPAN, 16), True)


def test_a_later_version_may_say_more():
    assert read_caller_span(b"cc" + GOOD[2:] + b"-what-comes") is not None


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"00",
        GOOD.upper(),
        b"ff" + GOOD[2:],
        GOOD + b"-more",
        GOOD[:-2] + b"00",
        b"00-" + b"0" * 32 + b"-" + SPAN + b"-01",
        b"00-" + TRACE + b"-" + b"0" * 16 + b"-01",
        GOOD.replace(b"a", b"g"),
    ],
)
def test_what_is_not_valid_or_not_kept_joins_nothing(header: bytes):
    assert read_caller_span(header) is None
    with joined_to_caller({b"traceparent": header}):
        assert not get_current_span().get_span_context().is_valid


def test_the_join_ends_with_its_block():
    with joined_to_caller({b"traceparent": GOOD}):
        assert get_current_span().get_span_context().is_valid
    assert not get_current_span().get_span_context().is_valid
