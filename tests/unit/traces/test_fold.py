"""What the row of a trace says: its root's words, and the tokens and cost of calls that were really made."""

from collections.abc import Mapping

import msgspec

from plimsoll.traces.fold import LIGHT, LightSpan

from unit.traces.folded import fold_spans

_NOTHING: Mapping[str, object] = dict.fromkeys(LIGHT)


def light(number: int, parent: int | None = None, /, **known: object) -> LightSpan:
    """Return a span that begins at its number, in nanoseconds, and lasts ten."""
    place = {"trace_id": "a" * 32, "span_id": f"{number:016x}", "start_ns": number, "end_ns": number + 10}
    parents = {"parent_id": None if parent is None else f"{parent:016x}"}
    fixed = {"name": f"step {number}", "tenant": "local", "is_closed": False}
    return msgspec.convert({**_NOTHING, **place, **parents, **fixed, **known}, LightSpan)


def call(number: int, parent: int | None = None, /, **known: object) -> LightSpan:
    """Return a model call of 10 tokens in."""
    return light(number, parent, **{"kind": "model", "input_tokens": 10, **known})


def test_tokens_that_a_parent_repeats_are_counted_once_also_through_steps_between():
    spans = [
        light(1, kind="request", input_tokens=30, cost_usd=9.0),
        call(2, 1, input_tokens=30, cost_usd=9.0),
        light(3, 2, kind="agent"),
        light(4, 3),
        call(5, 4, cost_usd=0.25),
        call(6, 3, cost_usd=0.5),
        call(7, 1, cost_usd=0.25),
    ]
    row = fold_spans(spans)
    assert (row.input_tokens, row.cost_usd, row.unpriced) == (30, 1.0, 0)


def test_a_call_that_two_instrumentations_saw_is_one_and_two_calls_that_share_an_answer_later_are_two():
    seen_twice = [call(1, call_id="r", cost_usd=1.0), call(2, call_id="r")]
    again = call(50, call_id="r", cost_usd=1.0)
    assert fold_spans(seen_twice).cost_usd == 1.0
    assert (fold_spans([*seen_twice, again]).cost_usd, fold_spans([*seen_twice, again]).input_tokens) == (2.0, 20)


def test_the_root_says_how_a_request_ended_and_a_child_does_not():
    child = light(1, 2, outcome="failed", error_class="model", error="no")
    root = light(2, outcome="degraded", error_class="infrastructure")
    alone, whole = fold_spans([child]), fold_spans([child, root])
    assert (alone.has_root, alone.outcome, alone.error_class, alone.error) == (False, None, None, "no")
    assert (whole.outcome, whole.error_class, whole.error) == ("degraded", "infrastructure", None)
    assert (whole.head_ns, whole.head_id, whole.start_ns) == (2, f"{2:016x}", 1)


def test_what_the_root_does_not_say_is_said_by_the_first_span_that_does():
    row = fold_spans([light(1), light(3, 1, feature="late", subject="b"), light(2, 1, feature="early", session="s")])
    assert (row.feature, row.session, row.subject, row.other_subjects) == ("early", "s", "b", None)


def test_the_model_of_a_trace_is_that_of_its_dearest_call():
    calls = [call(1, model="cheap", cost_usd=0.1), call(2, model="dear", cost_usd=0.2), call(3, model="unknown")]
    assert fold_spans(calls).model == "dear"


def test_other_people_of_a_trace_and_its_tags_are_kept():
    row = fold_spans(
        [light(1, subject="a", tags="|x|"), light(2, 1, subject="c", tags="|x|y|"), light(3, 1, subject="b")]
    )
    assert (row.subject, row.other_subjects, row.tags) == ("a", "|b|c|", "|x|y|")
