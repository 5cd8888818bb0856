"""However a stream is cut into chunks, its events are the same."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.gateway.wire import EventSplitter, event_data

LINE = st.sampled_from([b"data: {}", b"data: a\rb", b"event: e", b": ping", b"data", b"\xc3\xa9", b""])
ENDING = st.sampled_from([b"\n", b"\r\n"])
STREAM = st.lists(st.tuples(LINE, ENDING).map(b"".join), max_size=20).map(b"".join)


@given(STREAM, st.lists(st.integers(0, 200), max_size=12))
def test_any_split_gives_the_same_events_and_loses_no_byte(stream: bytes, cuts: list[int]):
    whole = EventSplitter()
    expected = whole.feed(stream)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    splitter = EventSplitter()
    events = [event for start, end in pairwise(edges) for event in splitter.feed(stream[start:end])]
    assert events == expected
    assert splitter.finish() == whole.finish()
    assert b"".join(events) + splitter.finish() == stream


@given(st.lists(st.text(alphabet="ab:{} é", max_size=8), min_size=1, max_size=5), ENDING)
def test_data_is_what_the_lines_say(values: list[str], ending: bytes):
    event = b"".join(b"data: " + value.encode() + ending for value in values) + ending
    assert event_data(event).decode() == "\n".join(values)
