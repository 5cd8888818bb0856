"""`plimsoll gate FEATURE`."""

import asyncio
from pathlib import Path

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.files import FILE, check_folders
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.run_options import resumable, run_options, watched
from plimsoll.evals import (
    GateReport,
    compared_body,
    render_gate,
    report_run,
    summarise_junit,
    summarise_markdown,
)
from plimsoll.project import EvalAsked, EvalWatch, Project


@click.command()
@click.argument("feature")
@run_options
@click.option(
    "--baseline",
    default="",
    help="A kept run that this one must not be worse than: its id, or `latest` for the newest of another revision.",
)
@click.option("--markdown", type=FILE, help="Write a summary to this file.")
@click.option("--junit", type=FILE, help="Write JUnit XML to this file.")
@click.option("--html", type=FILE, help="Write a page that stands alone to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    feature: str,
    *,
    asked: EvalAsked,
    baseline: str,
    markdown: Path | None,
    junit: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Say whether FEATURE clears its line on its dataset.

    Exit code 0: it holds. 1: it falls short. 3: cannot tell, with the number of cases that would probably decide.
    """
    check_folders(markdown, junit, html)
    with resumable(), watched() as watch:
        report = run_in_project(
            lambda project: _gate(project, feature, asked, baseline=baseline, watch=watch, html=html)
        )
    if as_json:
        print_json(report)
    else:
        make_console().print(render_gate(report))
    if markdown:
        markdown.write_text(summarise_markdown(report), encoding="utf-8")
    if junit:
        junit.write_text(summarise_junit(report), encoding="utf-8")
    click.get_current_context().exit(report.exit_code)


async def _gate(
    project: Project, feature: str, asked: EvalAsked, *, baseline: str, watch: EvalWatch, html: Path | None
) -> GateReport:
    report = await project.evals.gate(feature, asked, baseline=baseline, watch=watch)
    if html:
        page = await _draw(project, report)
        await asyncio.to_thread(html.write_text, page, encoding="utf-8")
    return report


async def _draw(project: Project, report: GateReport) -> str:
    kept = await project.evals.describe(report.run_id)
    compared = None
    if report.baseline_id:
        found = await project.evals.compare(report.baseline_id, report.run_id)
        compared = compared_body(found.comparison, texts=found.texts, is_part=True)
    return report_run(kept.run, report=report, slices=kept.slices, texts=kept.texts, compared=compared)
