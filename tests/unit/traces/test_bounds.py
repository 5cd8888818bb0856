"""How much of one span that another program sent is kept."""

from typing import Any

from plimsoll.records import Span, SpanEvent
from plimsoll.traces.otlp.mapping import read_sender
from plimsoll.traces.otlp.sent import SentSpan
from plimsoll.traces.otlp.spans import make_span


def made(attributes: dict[str, Any], *events: SpanEvent, links: int = 0) -> Span:
    sent = SentSpan(
        trace_id="ab" * 16,
        span_id="cd" * 8,
        parent_id="ef" * 8,
        name="x",
        start_ns=1,
        end_ns=2,
        has_failed=False,
        status="",
        attributes=attributes,
        events=list(events),
        links=["a-b"] * links,
    )
    return make_span(sent, read_sender({}, scope="", tenant="local"))


def test_of_many_attributes_what_is_known_and_the_first_others_are_kept():
    many = {f"a{number}": number for number in range(1_000)}
    kept = made(many | {"gen_ai.operation.name": "chat"}).attributes
    assert {"gen_ai.operation.name", "plimsoll.kind", "plimsoll.tenant", "a0"} <= kept.keys()
    assert (len(kept), kept["plimsoll.dropped_attributes"]) == (257, 747)


def test_a_name_as_long_as_a_book_is_not_kept():
    kept = made({"n" * 100_000: 1, "short": 2}, SpanEvent(name="e", at_ns=1, attributes={"m" * 2_000: 1}))
    assert (kept.attributes["short"], kept.attributes["plimsoll.dropped_attributes"]) == (2, 1)
    assert kept.events[0].attributes == {"plimsoll.dropped_attributes": 1}


def test_events_and_links_are_bounded_and_what_is_left_out_is_counted():
    kept = made({}, *[SpanEvent(name="e", at_ns=1)] * 500, links=500)
    assert (len(kept.events), len(kept.attributes["plimsoll.links"])) == (128, 32)  # pyright: ignore[reportArgumentType]
    assert (kept.attributes["plimsoll.dropped_events"], kept.attributes["plimsoll.dropped_links"]) == (372, 468)
    assert "dropped" not in str(made({}, SpanEvent(name="e", at_ns=1), links=1).attributes)
