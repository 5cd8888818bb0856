"""Which calls of a trace the fold takes for one: every shape in which several instrumentations see a call."""

from itertools import permutations
from typing import Any, NamedTuple

import pytest

from plimsoll.traces.fold import LIGHT, LightSpan, leaf_calls


class Seen(NamedTuple):
    """A call as one instrumentation saw it: its parent, the answer it names, its price, when it began and ended."""

    name: str
    parent: str = "root"
    answer: str | None = None
    cost: float | None = None
    time: tuple[int, int] = (10, 20)


def light(seen: Seen) -> LightSpan:
    known: dict[str, Any] = dict.fromkeys(LIGHT)
    known |= {"trace_id": "t", "span_id": seen.name, "parent_id": seen.parent, "name": seen.name, "kind": "model"}
    known |= {"start_ns": seen.time[0], "end_ns": seen.time[1], "tenant": "local", "is_closed": False}
    known |= {"call_id": seen.answer, "cost_usd": seen.cost, "input_tokens": 1}
    return LightSpan(**known)


SHAPES: list[Any] = [
    pytest.param([Seen("outer", answer="x"), Seen("inner", "outer", "x")], {"inner"}, id="within each other"),
    pytest.param([Seen("a", answer="x"), Seen("b", answer="x", cost=0.1)], {"b"}, id="beside each other"),
    pytest.param([Seen("a", answer="x"), Seen("b", answer="x", time=(20, 30))], {"a", "b"}, id="after each other"),
    pytest.param([Seen("a", answer="x"), Seen("b", answer="y")], {"a", "b"}, id="two answers"),
    pytest.param([Seen("a"), Seen("b")], {"a", "b"}, id="no answer is named"),
    pytest.param(
        [Seen("a", answer="x"), Seen("b", answer="x"), Seen("gateway", "b", cost=0.1)],
        {"gateway"},
        id="the gateway within one of two",
    ),
    pytest.param(
        [Seen("a", answer="x"), Seen("b", answer="x"), Seen("a1", "a", "x"), Seen("b1", "b", "x", 0.1)],
        {"b1"},
        id="two pairs within each other",
    ),
    pytest.param(
        [Seen("outer", answer="x"), Seen("try 1", "outer", "y"), Seen("try 2", "outer", "x")],
        {"try 1", "try 2"},
        id="a retry within one call",
    ),
    pytest.param([Seen("a", "b", "x"), Seen("b", "a", "x")], set[str](), id="a circle"),
]


@pytest.mark.parametrize(("seen", "counted"), SHAPES)
def test_a_call_is_counted_once_in_whatever_order_its_spans_came(seen: list[Seen], counted: set[str]):
    for order in permutations(seen):
        assert {call.span_id for call in leaf_calls([light(one) for one in order])} == counted
