"""Guesses for the bill, and bounds on what a model may write."""

import json

import pytest

from plimsoll.gateway import Call, ReplyFacts, ToolCall, Wire, fields_of
from plimsoll.gateway.estimate import bound_output, guess_input, guess_usage, output_limit
from plimsoll.gateway.wire import Thinking
from plimsoll.records import Principal, Usage


def fields(**given: object):
    return fields_of(json.dumps(given).encode())


def call(size: int) -> Call:
    return Call(wire=Wire.CHAT, fields={}, model="fast", caller=Principal.local(), request_bytes=size)


def test_four_bytes_are_a_token_and_a_rest_is_one_more():
    assert [guess_input(call(size)) for size in (0, 1, 4, 5, 400)] == [0, 1, 1, 2, 100]


def test_all_that_a_model_wrote_is_guessed_and_marked():
    facts = ReplyFacts(
        text="x" * 8,
        thinking=(Thinking(text="y" * 40),),
        refusal="z" * 4,
        tool_calls=(ToolCall(id="1", name="find", arguments="a" * 12),),
        other_texts=("b" * 16,),
    )
    assert guess_usage(call(40), facts) == Usage(
        input_tokens=10, output_tokens=2 + 10 + 1 + 3 + 4, reasoning_tokens=10, is_estimated=True
    )


@pytest.mark.parametrize(
    ("wire", "given", "limit"),
    [
        (Wire.CHAT, {"max_tokens": 5}, 5),
        (Wire.CHAT, {"max_completion_tokens": 7, "max_tokens": 5}, 7),
        (Wire.CHAT, {"max_completion_tokens": None, "max_tokens": 5}, 5),
        (Wire.CHAT, {"max_tokens": 0}, 0),
        (Wire.CHAT, {"max_tokens": -1}, None),
        (Wire.CHAT, {"max_tokens": "many"}, None),
        (Wire.CHAT, {"max_output_tokens": 5}, None),
        (Wire.MESSAGES, {"max_tokens": 5}, 5),
        (Wire.RESPONSES, {"max_output_tokens": 5, "max_tokens": 1}, 5),
        (Wire.RESPONSES, {}, None),
    ],
)
def test_the_limit_that_a_request_sets_itself(wire: Wire, given: dict[str, object], limit: int | None):
    assert output_limit(wire, fields(**given)) == limit


@pytest.mark.parametrize(
    ("given", "bounded"),
    [
        ({"n": 2}, {"n": 2, "max_completion_tokens": 50}),
        ({"max_tokens": 10}, {"max_tokens": 10}),
        ({"max_tokens": 90}, {"max_completion_tokens": 50}),
        ({"max_tokens": -1}, {"max_completion_tokens": 50}),
        ({"max_completion_tokens": 90, "max_tokens": 10}, {"max_completion_tokens": 50}),
    ],
)
def test_a_bound_lowers_what_is_asked_for_and_never_raises_it(given: dict[str, object], bounded: dict[str, object]):
    found = bound_output(Wire.CHAT, fields(**given), 50)
    assert {name: json.loads(bytes(value)) for name, value in found.items()} == bounded
