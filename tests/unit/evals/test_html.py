"""Reports that stand alone: everything is escaped, nothing is fetched, nothing steers how the page reads."""

import json
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from plimsoll.evals import (
    NO_TEXTS,
    CaseResult,
    EvalRun,
    ReadTexts,
    TraceText,
    compare_cases,
    compared_body,
    gate_run,
    report_comparison,
    report_run,
    slice_run,
)
from plimsoll.line import Line, answered, error_rate, latency, mean_cost, pass_rate
from plimsoll.records import ErrorClass, Outcome, Score
from plimsoll.scorers import exact

from unit.evals.samples import result, run_of

LINE = Line(
    pass_rate(exact, at_least=0.8),
    answered(at_least=0.8),
    error_rate(at_most=0.1),
    latency(p95_seconds=2),
    mean_cost(at_most_usd=0.01),
)
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x' {{ 7 * 7 }} \u202egnp.exe\x00\ud800"
)


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def odd(text: str, count: int = 12) -> EvalRun:
    """Return a run that has the text wherever a text can come from outside."""

    def one(number: int) -> CaseResult:
        scores = {text or "empty": Score(name=text, value=0.0, passed=False, reason=text)}
        return replace(result(number), case_id=f"{text}{number}", tags=(text,), scores=scores, message=text)

    made = run_of([one(number) for number in range(count)])
    return replace(made, feature=text, dataset=text, model=text, dataset_version=text, revision=text, config_hash=text)


def texts_of(run: EvalRun, text: str) -> ReadTexts:
    shown = TraceText(input=json.dumps({"text": text}), output=json.dumps({"answer": text}))
    return replace(NO_TEXTS, texts={one.trace_id: shown for one in run.results if one.trace_id})


def pages_of(text: str) -> list[str]:
    run = odd(text)
    texts = texts_of(run, text)
    other = replace(run, results=tuple(replace(one, scores={}) for one in run.results))
    found = compare_cases(other, run, line=LINE)
    report = gate_run(LINE, run, other)
    compared = compared_body(found, texts=texts, is_part=True)
    slices = slice_run(LINE, run)
    return [
        report_comparison(found, texts=texts),
        report_run(run, report=report, slices=slices, texts=texts, compared=compared),
    ]


def test_hostile_texts_are_escaped_everywhere_and_can_be_written():
    for page in pages_of(HOSTILE):
        elements = Elements(page)
        assert "script" not in elements.tags
        assert not {"img", "iframe", "object", "form"} & set(elements.tags)
        assert [name for name, _ in elements.attributes if name.startswith("on")] == []
        assert "[U+202E]" in page
        assert "\u202e" not in page
        assert "\x00" not in page
        assert "{{ 7 * 7 }}" in page
        page.encode("utf-8")


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_no_text_adds_an_element_or_breaks_the_page(text: str):
    plain = [Elements(page).tags for page in pages_of("plain")]
    for tags, page in zip(plain, pages_of(text), strict=True):
        assert set(Elements(page).tags) <= {*tags, "code", "ins", "del", "br"}
        page.encode("utf-8")


def test_a_page_that_stands_alone_asks_no_network_and_needs_no_script():
    for page in pages_of("plain"):
        addresses = [value for name, value in Elements(page).attributes if name in {"src", "href", "action"}]
        assert {one.partition("#")[0] for one in addresses} <= {"", "data:,"}
        assert not re.search(r"url\(|@import|https?://", page)
        assert "default-src 'none'" in page


def test_every_anchor_leads_somewhere_and_no_name_is_given_twice():
    for page in pages_of("plain"):
        elements = Elements(page)
        targets = [value[1:] for name, value in elements.attributes if name == "href" and value.startswith("#")]
        assert set(targets) <= set(elements.ids)
        assert len(elements.ids) == len(set(elements.ids))
        assert elements.tags.count("h1") == 1


def test_a_megabyte_of_answer_is_cut_with_a_note_and_many_cases_stay_a_small_file():
    run = odd("plain", count=300)
    page = report_run(run, texts=texts_of(run, "x" * 1_000_000))
    assert len(page) < 2_500_000
    assert "characters are shown]" in page
    assert "100 more results did not pass" in page


def test_each_bar_is_drawn_with_its_line_and_said_with_its_reason():
    run = run_of([result(number, passed=number % 3 > 0) for number in range(100)])
    page = report_run(run, report=gate_run(LINE, run))
    assert page.count('class="drawn"') == len(LINE.bars)
    assert 'class="interval falls-short"' in page
    assert "misses pass_rate(exact) ≥ 0.8" in page
    assert "Below the line" in page


def test_a_run_without_results_or_line_says_so_and_draws_nothing():
    page = report_run(replace(run_of([]), cases=10, is_complete=False))
    assert "Nothing was measured." in page
    assert "No case was run." in page
    assert "interrupted after 0 of 10 requests" in page
    empty = report_run(run_of([]), report=gate_run(LINE, run_of([])))
    assert "No data for" in empty


def test_texts_that_cannot_be_shown_are_counted_and_lost_cases_are_apart():
    lost = replace(result(0), outcome=Outcome.FAILED, error_class=ErrorClass.INFRASTRUCTURE, scores={}, message="down")
    refused = replace(result(1), outcome=Outcome.REFUSED, error_class=ErrorClass.VALIDATION, scores={})
    run = run_of([lost, refused, result(2, passed=None), result(3, passed=False), result(4)])
    page = report_run(run, texts=replace(NO_TEXTS, gone=1, closed=2))
    assert "1 trace of these cases is no longer kept." in page
    assert "2 traces are not for this reader." in page
    assert re.findall(r'<details class="group" id="([\w-]+)"', page) == [
        "failed",
        "undecided",
        "lost",
        "refused-input",
        "by-1",
    ]
