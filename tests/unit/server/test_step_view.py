import json

import pytest

from plimsoll.records import Span, SpanEvent
from plimsoll.server.tracing.step_view import read_found, read_turns, view_step


def test_messages_of_the_conventions_are_turns():
    calls = {"type": "tool_call", "id": "1", "name": "find", "arguments": "{}"}
    text = json.dumps(
        [
            {"role": "user", "parts": [{"type": "text", "content": "Where?"}]},
            {"role": "assistant", "content": "Here.", "finish_reason": "stop"},
            {"role": "assistant", "parts": [calls]},
        ]
    )
    assert [(one.role, one.text) for one in read_turns(text, role="input")] == [
        ("user", "Where?"),
        ("assistant", "Here."),
        ("assistant", json.dumps(calls, separators=(",", ":"))),
    ]


@pytest.mark.parametrize(
    "text", ["plain words", "[1, 2]", '[{"no": "role"}]', "{broken", '{"a": 1, "b": "c", "d": "e"}']
)
def test_what_is_no_list_of_messages_is_one_turn(text: str):
    assert [(one.role, one.text) for one in read_turns(text, role="input")] == [("input", text)]


def test_a_json_object_with_one_text_is_that_text():
    assert read_turns('{"text": "Where?"}', role="input")[0].text == "Where?"


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", '{"id": "a"}'])
def test_documents_that_cannot_be_read_are_none(text: str):
    assert read_found({"gen_ai.retrieval.documents": text}) == ()


def test_a_step_shows_figures_apart_from_its_other_attributes():
    view = view_step(
        Span(
            trace_id="t",
            span_id="s",
            name="chat fast",
            start_ns=0,
            end_ns=2_000_000,
            attributes={"gen_ai.usage.input_tokens": 7, "plimsoll.cost_usd": 0.5, "plimsoll.kind": "model", "own": "x"},
            events=(SpanEvent(name="retry", at_ns=1_000_000, attributes={"n": 1}),),
        )
    )
    assert (view.kind, view.figures, view.cost_usd, view.attributes) == ("model", {"tokens in": 7}, 0.5, {"own": "x"})
    assert [(event.name, event.after_ms) for event in view.events] == [("retry", 1.0)]
