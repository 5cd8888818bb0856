"""Reports: calm tables of 100 columns, and Markdown that a pull request shows."""

from io import StringIO

from rich.console import Console, RenderableType

from plimsoll.evals import gate_run, render_gate, render_run, summarise_markdown
from plimsoll.line import Line, answered, latency, mean_cost, pass_rate
from plimsoll.scorers import abstains_when_expected, exact

from unit.evals.samples import result, run_of

LINE = Line(
    pass_rate(exact, at_least=0.8),
    pass_rate(abstains_when_expected, at_least=0.8),
    answered(at_least=0.8),
    latency(p95_seconds=2),
    mean_cost(at_most_usd=0.01),
)
RUN = run_of([result(number, passed=number % 10 != 0) for number in range(200)])
BASELINE = run_of([result(number, passed=number % 9 != 0) for number in range(200)])


def shown(renderable: RenderableType) -> list[str]:
    text = StringIO()
    Console(file=text, width=100, color_system=None).print(renderable)
    return text.getvalue().splitlines()


def test_a_run_is_one_row_a_bar_with_its_verdict():
    lines = shown(render_run(RUN, LINE))
    assert [line.split()[0] for line in lines[2:7]] == [
        "exact",
        "abstains_when_expected",
        "answered",
        "latency_p95",
        "mean_cost",
    ]
    assert lines[2].split() == ["exact", "0.9", "0.851", "…", "0.934", "200", "-", "≥", "0.8", "✓", "holds"]
    assert "? cannot tell" in lines[3]
    assert "run 0123456789ab · model scripted/one · 200 of 200 requests · 0.2 USD" in lines[-1]


def test_a_feature_without_a_line_shows_its_scorers_without_a_verdict():
    lines = shown(render_run(RUN))
    assert lines[2].split() == ["exact", "0.9", "0.851", "…", "0.934", "200", "-", "-", "-"]


def test_no_line_of_a_gate_is_cut_or_wider_than_a_hundred_columns():
    lines = shown(render_gate(gate_run(LINE, RUN, BASELINE)))
    assert max(map(len, lines)) <= 100
    assert not any("..." in line or line.rstrip().endswith("…") for line in lines)
    assert any(line.startswith("? cannot tell: ") for line in lines)


def test_markdown_holds_the_verdict_the_bars_and_the_cases_that_changed():
    text = summarise_markdown(gate_run(LINE, RUN, BASELINE))
    assert text.startswith("## ? docs_answer: cannot tell\n")
    assert "| exact | 0.9 | 0.851 … 0.934 | 200 | - | ≥ 0.8 | ✓ holds |" in text
    assert "exact regressed: case-010, case-020" in text.replace("pass_rate(exact)", "exact")
