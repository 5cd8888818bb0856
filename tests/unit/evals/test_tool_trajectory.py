"""Calls of tools against those expected: right ones, arguments, order, and what was wasted."""

import msgspec
import pytest

from plimsoll.errors import InvalidFeature
from plimsoll.line import Sample, ToolCall
from plimsoll.records import Attribute, Outcome, Score, Span
from plimsoll.scorers import ToolTrajectory, tool_calls_of

from unit.evals.samples import case

pytestmark = pytest.mark.anyio
FIND: dict[str, object] = {"name": "find", "arguments": {"id": 7}}
SEND: dict[str, object] = {"name": "send", "arguments": {"to": "Ann", "lines": [{"n": 1.0}]}}


def calls(*made: dict[str, object]) -> Sample:
    return Sample(input={}, output={"calls": list(made)}, outcome=Outcome.ANSWERED)


async def said(scorer: ToolTrajectory, *made: dict[str, object]) -> Score:
    score = await scorer.score(case(calls=[FIND, SEND]), calls(*made))
    assert score is not None
    return score


@pytest.mark.parametrize(
    ("made", "passing"),
    [
        ([FIND, SEND], {"strict", "unordered", "subset", "superset"}),
        ([SEND, FIND], {"unordered", "subset", "superset"}),
        ([FIND], {"subset"}),
        ([FIND, SEND, FIND], {"superset"}),
        ([], {"subset"}),
    ],
)
async def test_each_mode_passes_what_it_asks_for(made: list[dict[str, object]], passing: set[str]):
    modes = ("strict", "unordered", "subset", "superset")
    scores = {mode: await said(ToolTrajectory(match=mode), *made) for mode in modes}
    assert {mode for mode, score in scores.items() if score.passed} == passing


async def test_arguments_are_compared_as_far_as_is_asked():
    other: dict[str, object] = {"name": "send", "arguments": {"to": "the ANN", "lines": [{"n": 1}], "copy": True}}
    assert (await said(ToolTrajectory(), FIND, other)).passed is False
    assert (await said(ToolTrajectory(arguments="named"), FIND, other)).passed is True
    assert (await said(ToolTrajectory(arguments="ignored"), FIND, {"name": "send"})).passed is True


async def test_the_value_is_the_share_of_hits_and_the_reason_names_the_rest():
    score = await said(ToolTrajectory(), FIND, {"name": "drop"})
    assert score.value == pytest.approx(1 / 3)
    assert score.reason == "Missing: send; wasted: drop."


async def test_only_the_tools_that_count_are_looked_at():
    score = await said(ToolTrajectory(only=frozenset({"send"})), {"name": "look"}, SEND)
    assert (score.value, score.passed) == (1.0, True)


async def test_the_calls_of_a_trace_go_before_those_of_the_output():
    sample = msgspec.structs.replace(calls(), tool_calls=(ToolCall(name="find", arguments={"id": 7}),))
    score = await ToolTrajectory(match="subset").score(case(calls=[FIND]), sample)
    assert score is not None
    assert score.value == 1.0


async def test_without_an_expectation_it_does_not_apply_and_a_strange_mode_is_refused():
    assert await ToolTrajectory().score(case(), calls(FIND)) is None
    with pytest.raises(InvalidFeature, match="match='loose'"):
        ToolTrajectory(match="loose")  # pyright: ignore[reportArgumentType]


def test_the_calls_of_a_trace_are_read_by_the_conventions_for_genai():
    def span(place: int, **attributes: str) -> Span:
        named: dict[str, Attribute] = {
            f"gen_ai.{name.replace('_', '.', 1)}": value for name, value in attributes.items()
        }
        return Span(trace_id="t", span_id=str(place), name="x", start_ns=place, end_ns=place + 1, attributes=named)

    spans = [
        span(3, tool_name="send", **{"tool_call.arguments": "[1]"}),
        span(1, operation_name="chat", tool_name="none"),
        span(2, operation_name="execute_tool", tool_name="find", **{"tool_call.arguments": '{"id": 7}'}),
        span(4, operation_name="execute_tool"),
    ]
    assert tool_calls_of(spans) == (ToolCall(name="find", arguments={"id": 7}), ToolCall(name="send"))
