import json

from plimsoll.records import Attribute, Span
from plimsoll.server.tracing.alignment import AlignedStep, align_steps, place_steps
from plimsoll.traces import StepLine

Step = tuple[str, str | None, str]


def align(first: list[Span], second: list[Span]) -> tuple[AlignedStep, ...]:
    placed = [place_steps([_line(span) for span in spans]) for spans in (first, second)]
    by_id = tuple({span.span_id: span for span in spans} for spans in (first, second))
    return align_steps(*placed, spans=(by_id[0], by_id[1]))


def _line(span: Span) -> StepLine:
    kind = str(span.attributes.get("plimsoll.kind", ""))
    return StepLine(span.span_id, span.parent_id, span.name, kind, span.start_ns, 0, False, None, None, None, None)


def step(name: str, parent: str | None = "root", /, ms: int = 1, **said: Attribute) -> Span:
    attributes = {key.replace("__", "."): value for key, value in said.items()}
    return Span(
        trace_id="t", span_id=name, parent_id=parent, name=name, start_ns=0, end_ns=ms * 10**6, attributes=attributes
    )


ROOT = step("root", None)


def test_equal_traces_differ_in_nothing():
    spans = [ROOT, step("a"), step("b")]
    assert [(one.name, one.depth, one.differs_in) for one in align(spans, spans)] == [
        ("root", 0, ()),
        ("a", 1, ()),
        ("b", 1, ()),
    ]


def test_a_step_that_only_one_trace_has_stands_alone():
    found = align([ROOT, step("a"), step("c")], [ROOT, step("a"), step("b"), step("c")])
    assert [(one.name, one.first is None, one.differs_in) for one in found][2:] == [
        ("b", True, ("step",)),
        ("c", False, ()),
    ]


def test_a_call_answers_the_one_that_asked_another_model():
    before = step("chat small", plimsoll__kind="model", gen_ai__request__model="small")
    after = step("chat large", plimsoll__kind="model", gen_ai__request__model="large")
    (_, call) = align([ROOT, before], [ROOT, after])
    assert call.differs_in == ("model",)


def test_inputs_outputs_and_long_durations_are_told():
    before = step("a", "root", 100, plimsoll__input="one", plimsoll__output="x")
    after = step("a", "root", 300, plimsoll__input="two", plimsoll__output="y")
    assert align([ROOT, before], [ROOT, after])[1].differs_in == ("input", "output", "duration")


def test_documents_are_told_with_what_came_and_what_went():
    def retrieve(*ids: str) -> Span:
        documents = [{"id": one, "source": f"{one}.md", "score": 0.5} for one in ids]
        return step("retrieve", gen_ai__retrieval__documents=json.dumps(documents))

    found = align([ROOT, retrieve("a", "b")], [ROOT, retrieve("c", "a")])[1]
    assert found.differs_in == ("documents",)
    assert [(one.id, one.first, one.second) for one in found.documents] == [
        ("c", None, 0.5),
        ("a", 0.5, 0.5),
        ("b", 0.5, None),
    ]
