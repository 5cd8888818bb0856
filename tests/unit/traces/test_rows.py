"""What of a span is stored: promoted columns, clean and bounded text, nothing unredacted."""

from plimsoll.records import Span, SpanEvent
from plimsoll.text import Redactor
from plimsoll.traces.rows import TRUNCATED, Attribute, cut_texts, drop_content, row_of, span_of


def _span(**attributes: Attribute) -> Span:
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return Span(trace_id="a" * 32, span_id="b" * 16, name="step", start_ns=1, end_ns=2, attributes=named)


def _keep(text: str) -> str:
    return text


def test_known_attributes_become_columns():
    span = _span(
        plimsoll__feature="docs",
        plimsoll__cost_usd=0.25,
        gen_ai__operation__name="chat",
        gen_ai__request__model="fast",
        gen_ai__usage__input_tokens=12,
    )
    row = row_of(span, _keep, limit=100)
    assert [row[name] for name in ("feature", "cost_usd", "kind", "model", "input_tokens", "tenant", "subject")] == [
        *("docs", 0.25, "model", "fast", 12, "local", None)
    ]


def test_where_content_is_dropped_a_trace_still_says_whose_it_is_and_how_it_went():
    facts = {"plimsoll__tenant": "acme", "plimsoll__subject": "key:1", "plimsoll__outcome": "answered"}
    named = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "fast", "error__type": "timeout"}
    row = row_of(_span(**facts, **named, plimsoll__input="secret", my__own="secret"), drop_content, limit=100)
    assert [row[name] for name in ("tenant", "subject", "outcome", "kind", "model", "name")] == [
        *("acme", "key:1", "answered", "model", "fast", "step")
    ]
    assert "timeout" in str(row["attributes"])
    assert "secret" not in str(row)


def test_numbers_that_are_none_are_not_promoted():
    odd: list[Attribute] = [True, -1, "12", float("nan"), 2**70]
    rows = [row_of(_span(gen_ai__usage__input_tokens=n, plimsoll__cost_usd=n), _keep, limit=100) for n in odd]
    assert [row["input_tokens"] for row in rows] == [None] * 5
    assert [row["cost_usd"] for row in rows] == [None, None, None, None, float(2**70)]


def test_a_text_beyond_the_limit_is_cut_and_the_cut_is_recorded():
    stored = span_of(row_of(_span(plimsoll__input="x" * 150), _keep, limit=100))
    assert stored.attributes["plimsoll.input"] == "x" * 100
    assert stored.attributes[TRUNCATED] == ["plimsoll.input: 150 characters, cut to 100"]


def test_a_text_that_was_cut_on_the_way_in_keeps_its_true_length_on_record():
    attributes = cut_texts(_span(plimsoll__input="x" * 10_000).attributes, limit=100)
    assert len(str(attributes["plimsoll.input"])) < 5_000
    span = Span(trace_id="a" * 32, span_id="b" * 16, name="step", start_ns=1, end_ns=2, attributes=attributes)
    assert span_of(row_of(span, _keep, limit=100)).attributes[TRUNCATED] == [
        "plimsoll.input: 10000 characters, cut to 100"
    ]


def test_redaction_comes_before_the_cut():
    span = _span(plimsoll__input="x" * 95 + "SECRET")
    row = row_of(span, lambda text: text.replace("SECRET", "-"), limit=100)
    assert row["input_text"] == "x" * 95 + "-"


def test_every_text_of_a_span_is_redacted():
    event = SpanEvent(name="SECRET", at_ns=1, attributes={"message": "SECRET"})
    span = Span(
        trace_id="a" * 32,
        span_id="b" * 16,
        name="SECRET",
        start_ns=1,
        end_ns=2,
        error="SECRET",
        attributes={"plimsoll.output": "SECRET", "list": ["SECRET"], "other": "SECRET"},
        events=(event,),
    )
    assert "SECRET" not in str(row_of(span, lambda text: text.replace("SECRET", "-"), limit=100))


def test_a_redaction_that_fails_stores_nothing_of_the_text():
    def fail(text: str) -> str:
        raise ValueError(text)

    row = row_of(_span(plimsoll__input="private words"), fail, limit=100)
    assert row["input_text"] == "[not stored: the redaction failed]"
    assert "private" not in str(row)


def test_what_no_database_can_hold_is_replaced():
    row = row_of(_span(plimsoll__input="a\x00b\ud800c", number=float("inf")), _keep, limit=100)
    assert row["input_text"] == "a\ufffdb?c"
    assert span_of(row).attributes["number"] == "inf"


def test_personal_data_is_in_no_part_of_a_row_but_in_who_asked():
    mail = "ada@example.com"
    span = Span(
        trace_id="a" * 32,
        span_id="b" * 16,
        name=f"ask {mail}",
        start_ns=1,
        end_ns=2,
        error=f"refused {mail}",
        attributes={
            "plimsoll.subject": mail,
            "plimsoll.session": mail,
            "plimsoll.input": f'[{{"content": "\\n{mail}"}}]',
            "gen_ai.tool.call.arguments": '{"to": "ada\\u0040example.com", "card": 4111111111111111}',
            f"score of {mail}": 1,
            "said": [mail, "nothing"],
        },
        events=(SpanEvent(name=f"sent to {mail}", at_ns=1, attributes={"to": mail}),),
    )
    row = row_of(span, Redactor(), limit=1_000)
    assert (row["subject"], row["session"], row["name"], row["error"]) == (mail, mail, "ask [email]", "refused [email]")
    assert row["input_text"] == '[{"content": "\\n[email]"}]'
    told = span_of(row)
    kept = {name: value for name, value in told.attributes.items() if not name.startswith("plimsoll.")}
    assert kept == {
        "gen_ai.tool.call.arguments": '{"to": "[email]", "card": "[card]"}',
        "score of [email]": 1,
        "said": ["[email]", "nothing"],
    }
    assert told.events == (SpanEvent(name="sent to [email]", at_ns=1, attributes={"to": "[email]"}),)


def test_a_secret_is_taken_out_of_who_asked_too():
    row = row_of(_span(plimsoll__subject="sk-proj-abcDEF0123456789abcdef"), Redactor(), limit=1_000)
    assert row["subject"] == "[secret]"


def test_a_cost_beyond_any_call_is_an_unknown_one():
    said = (0, 0.25, 1e9, 1e101, 1e308, -1.0, float("inf"), float("nan"), True, "1")
    costs = [row_of(_span(plimsoll__cost_usd=cost), _keep, limit=100)["cost_usd"] for cost in said]
    assert costs == [0.0, 0.25, 1e9, *[None] * 7]
