"""Of a withheld trace no word survives, wherever it stood; its figures do."""

from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.records import Attribute, ErrorClass, Outcome, Score, Span, SpanEvent
from plimsoll.traces import StepLine, Trace, TraceFilter, TraceSummary, Withheld, can_find_withheld

WORD = "zorb"
TEXTS = st.builds(
    "{}{} {}".format, st.sampled_from(["", "x ", "chat ", "retrieve "]), st.just(WORD), st.text(max_size=9)
)
NAMES = st.sampled_from(
    [
        *("plimsoll.input", "plimsoll.output", "plimsoll.kind", "plimsoll.cost_usd", "plimsoll.message"),
        *("gen_ai.operation.name", "gen_ai.usage.input_tokens", "gen_ai.request.model", "gen_ai.response.model"),
    ]
)
# Of a name that has blanks nothing is shown as a model's, which is the one word of others that is.
VALUES = st.one_of(TEXTS, st.lists(TEXTS, max_size=2))
SAID = st.dictionaries(st.one_of(NAMES, TEXTS), VALUES, max_size=8)
WORDS_OF_SUMMARY = (
    *("name", "feature", "error", "subject", "input_text", "output_text", "dataset", "kind", "session", "variant"),
    *("version", "release", "service", "prompt_hash", "model"),
)
EVENTS = st.lists(st.builds(SpanEvent, name=TEXTS, at_ns=st.just(0), attributes=SAID), max_size=2)


def span(name: str, said: dict[str, Attribute], events: list[SpanEvent]) -> Span:
    whole = Span(trace_id="a" * 32, span_id="b" * 16, name=name, start_ns=0, end_ns=7_000_000)
    return msgspec.structs.replace(whole, error=name, attributes=said, events=tuple(events))


def summary(text: str) -> TraceSummary:
    said = dict.fromkeys(WORDS_OF_SUMMARY, text)
    figures = {"duration_ms": 7.0, "input_tokens": 11, "output_tokens": 13, "cost_usd": 0.5, "span_count": 3}
    return TraceSummary(
        trace_id="a" * 32,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        outcome=Outcome.FAILED,
        error_class=ErrorClass.MODEL,
        tenant="local",
        tags=(text,),
        is_closed=True,
        **said,  # pyright: ignore[reportArgumentType]
        **figures,  # pyright: ignore[reportArgumentType]
    )


def score(text: str) -> Score:
    words = {"name": text, "label": text, "by": text, "reason": text, "case_id": text, "version": text}
    return msgspec.structs.replace(Score(name=text, value=0.25, passed=False, trace_id="a" * 32), **words)


@given(TEXTS, SAID, EVENTS)
def test_no_word_survives(text: str, said: dict[str, Attribute], events: list[SpanEvent]):
    whole = Trace(summary=summary(text), spans=(span(text, said, events),), omitted_spans=2, scores=(score(text),))
    assert WORD in msgspec.json.encode(whole).decode()
    assert WORD not in msgspec.json.encode(Withheld().trace(whole)).decode()
    line = StepLine("b" * 16, None, text, text, 0, 7, True, text, 1, 2, 0.5)
    assert WORD not in msgspec.json.encode(Withheld().line(line)).decode()


def test_every_text_of_a_summary_is_tried_above():
    texts = {name for name, value in msgspec.structs.asdict(summary(WORD)).items() if isinstance(value, str)}
    assert texts - {"trace_id", "outcome", "error_class", "tenant", "withheld"} == set(WORDS_OF_SUMMARY)


def test_figures_kinds_and_known_names_survive():
    said: dict[str, Attribute] = {
        "plimsoll.kind": "model",
        "gen_ai.request.model": "small-1",
        "gen_ai.usage.input_tokens": 11,
    }
    shown = Withheld(["handbook"]).span(span("chat small-1", said, []))
    assert (shown.name, shown.attributes, shown.duration_ms) == ("chat small-1", said, 7.0)
    assert shown.error is not None
    assert Withheld(["handbook"]).span(span("retrieve handbook now", {}, [])).name == "retrieve handbook"
    made = Withheld().summary(summary("docs_answer"))
    assert (made.feature, made.outcome, made.error_class) == ("docs_answer", Outcome.FAILED, ErrorClass.MODEL)
    assert (made.duration_ms, made.input_tokens, made.output_tokens, made.cost_usd) == (7.0, 11, 13, 0.5)
    kept = Withheld().score(msgspec.structs.replace(score(WORD), name="grounded"))
    assert (kept.name, kept.value, kept.passed) == ("grounded", 0.25, False)


def test_a_filter_that_names_what_is_withheld_finds_none():
    words = ("text", "session", "subject", "tag", "service", "variant", "version")
    assert not any(can_find_withheld(TraceFilter(**{name: WORD})) for name in words)  # pyright: ignore[reportArgumentType]
    assert not can_find_withheld(TraceFilter(feature=f"{WORD} of somebody"))
    assert can_find_withheld(TraceFilter(feature="docs_answer", outcome=Outcome.FAILED, min_ms=3))
