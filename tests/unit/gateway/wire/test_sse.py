import pytest

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire import EventSplitter, event_data, event_name, write_event


def test_events_come_out_byte_for_byte_with_their_blank_line():
    splitter = EventSplitter()
    assert splitter.feed(b"data: a\n\n: ping\r\n\r\ndata: b\r\n\ndata") == [
        b"data: a\n\n",
        b": ping\r\n\r\n",
        b"data: b\r\n\n",
    ]
    assert splitter.finish() == b"data"


def test_a_chunk_that_is_one_event_comes_out_as_it_is():
    chunk = b'event: ping\ndata: {"type": "ping"}\n\n'
    splitter = EventSplitter()
    assert splitter.feed(chunk) == [chunk]
    assert splitter.finish() == b""


def test_one_byte_is_no_event():
    splitter = EventSplitter()
    assert splitter.feed(b"d") == []
    assert splitter.finish() == b"d"


@pytest.mark.parametrize("chunk", [b"data: 0123456789", b"data: 0123456789\n\n", b"\n\ndata: 0123456789\n\ndata"])
def test_an_event_beyond_the_bound_is_unusable(chunk: bytes):
    with pytest.raises(UnusableAnswer, match="more than 12 bytes"):
        EventSplitter(most_bytes=12).feed(chunk)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (b"data: a\n\n", b"a"),
        (b"data:a\n\n", b"a"),
        (b"data: a\r\n\r\n", b"a"),
        (b"data: a\r\n\n", b"a"),
        (b"event: e\ndata: a\n\n", b"a"),
        (b"data: a\nevent: e\n\n", b"a"),
        (b"data: a\ndata: b\n\n", b"a\nb"),
        (b"data\n\n", b""),
        (b": ping\n\n", b""),
        (b"\n\n", b""),
        (b"\ndata: a\n\n", b"a"),
        (b"data: a", b"a"),
    ],
)
def test_data_lines_are_joined(event: bytes, data: bytes):
    assert event_data(event) == data


@pytest.mark.parametrize(
    ("event", "name"), [(b"event: e\ndata: a\n\n", b"e"), (b"data: a\r\nevent:e\r\n\r\n", b"e"), (b"data: a\n\n", None)]
)
def test_a_name_is_read_where_there_is_one(event: bytes, name: bytes | None):
    assert event_name(event) == name


def test_what_is_written_can_be_read():
    event = write_event({"a": "line\nfeed"}, name="message_stop")
    assert (event_name(event), event_data(event)) == (b"message_stop", b'{"a":"line\\nfeed"}')
