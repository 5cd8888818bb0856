"""Puts runs, gates and comparisons into their templates. Called by the command line and the console."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from plimsoll.evals.comparison_report import count_cases, describe_changes, describe_pairing, show_p
from plimsoll.evals.eval_run import EvalRun
from plimsoll.evals.gate import GateReport
from plimsoll.evals.html.cases import view_cases, view_compared_cases
from plimsoll.evals.html.figures import confidence_of, view_differences, view_figures, view_slices
from plimsoll.evals.rows import slice_row
from plimsoll.evals.run_comparison import RunComparison
from plimsoll.evals.slices import Slice
from plimsoll.evals.trace_text import NO_TEXTS, ReadTexts
from plimsoll.pages import make_environment, render_alone

_MOST_SLICES = 20


def run_body(
    run: EvalRun,
    *,
    report: GateReport | None = None,
    slices: Sequence[Slice] = (),
    texts: ReadTexts = NO_TEXTS,
    trace_links: bool = False,
) -> Markup:
    """Return a run as the body of a page: its figures against the line, its tags, and the cases to look at.

    `report` is what its line says, None without a line. `trace_links` leads to the console's pages of traces.
    """
    content: dict[str, object] = {
        "run": run,
        "report": report,
        "figures": view_figures(run, report),
        "slices": [(one.tag, slice_row(one), one) for one in slices[:_MOST_SLICES]],
        "confidence": confidence_of(report),
        "cases": view_cases(run, texts.texts),
        "texts": texts,
        "trace_links": trace_links,
        "show_p": show_p,
    }
    return _render("run.html", content)


def compared_body(
    found: RunComparison, *, texts: ReadTexts = NO_TEXTS, trace_links: bool = False, is_part: bool = False
) -> Markup:
    """Return a comparison as the body of a page: figures, latency and cost, tags, and each case that changed.

    `is_part` gives it a heading below that of the page it is a part of.
    """
    content: dict[str, object] = {
        "found": found,
        "figures": view_differences(found),
        "slices": view_slices(found),
        "sentences": list(describe_pairing(found)),
        "cases": view_compared_cases(found, texts.texts),
        "counted": count_cases(found),
        "describe_changes": describe_changes,
        "is_part": is_part,
        "texts": texts,
        "trace_links": trace_links,
        "show_p": show_p,
    }
    return _render("comparison.html", content)


def report_run(
    run: EvalRun,
    *,
    report: GateReport | None = None,
    slices: Sequence[Slice] = (),
    texts: ReadTexts = NO_TEXTS,
    compared: Markup | None = None,
) -> str:
    """Return a run, or a gate with what it was compared with, as a page that stands alone."""
    body = run_body(run, report=report, slices=slices, texts=texts)
    return render_alone(f"{run.feature} on {run.dataset}", body + (compared or Markup()))


def report_comparison(found: RunComparison, *, texts: ReadTexts = NO_TEXTS) -> str:
    """Return a comparison as a page that stands alone."""
    return render_alone(f"{found.candidate.feature}: two runs", compared_body(found, texts=texts))


def _render(template: str, content: dict[str, object]) -> Markup:
    return Markup(_environment().get_template(template).render(content))  # noqa: S704 - escaped by its environment


@cache
def _environment() -> Environment:
    return make_environment(Path(__file__).parent / "templates")
