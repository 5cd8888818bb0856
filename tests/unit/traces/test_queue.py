"""The queue refuses rather than grows, and gives spans out in order."""

from plimsoll.records import Span
from plimsoll.traces.queue import SpanQueue


def _span(number: int, text: str = "") -> Span:
    return Span(
        trace_id="a" * 32, span_id=f"{number:016x}", name="step", start_ns=1, end_ns=2, attributes={"text": text}
    )


def test_a_full_queue_takes_no_more_until_spans_are_taken_out():
    queue = SpanQueue(bound=2, bound_characters=10_000)
    assert [queue.put(_span(number)) for number in range(3)] == [1, 2, 0]
    queue.remove(1)
    assert queue.put(_span(3)) == 2
    assert queue.dropped == 1
    assert [span.span_id[-1] for span in queue.peek(10)] == ["1", "3"]


def test_a_few_large_spans_fill_it_as_well():
    queue = SpanQueue(bound=1_000, bound_characters=10_000)
    assert [queue.put(_span(number, "x" * 6_000)) for number in range(2)] == [1, 0]
    queue.remove(1)
    assert queue.put(_span(2, "x" * 6_000)) == 1


def test_a_closed_queue_counts_what_it_held_and_takes_no_more():
    queue = SpanQueue(bound=10, bound_characters=10_000)
    queue.put(_span(1))
    assert (queue.close(), queue.put(_span(2)), queue.dropped) == (1, 0, 2)


def test_looking_takes_nothing_out():
    queue = SpanQueue(bound=10, bound_characters=10_000)
    queue.put(_span(1))
    assert queue.peek(5) == queue.peek(5)
    assert len(queue) == 1
