"""`plimsoll eval FEATURE`."""

import asyncio
from pathlib import Path

import click
from msgspec import to_builtins
from rich.text import Text

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.files import FILE, check_folders
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.run_options import explain_stop, resumable, run_options, watched
from plimsoll.evals import EvalRun, rate_judges, render_figures, render_run, render_slices, report_run, slice_run
from plimsoll.project import EvalAsked, EvalWatch, Project

_UNDECIDED = 3


@click.command()
@click.argument("feature")
@run_options
@click.option("--html", type=FILE, help="Write a page that stands alone to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(feature: str, *, asked: EvalAsked, html: Path | None, as_json: bool) -> None:
    """Run FEATURE over its dataset, score every case, and print a table with intervals.

    Exit code 0: every case was run. 3: the cost cap stopped the run; what it finished is kept.
    """
    check_folders(html)
    with resumable(), watched() as watch:
        run = run_in_project(
            lambda project: _evaluate(project, feature, asked=asked, watch=watch, html=html, as_json=as_json)
        )
    if not run.is_complete:
        click.echo(explain_stop(run, "eval"), err=True)
        click.get_current_context().exit(_UNDECIDED)


async def _evaluate(
    project: Project, feature: str, *, asked: EvalAsked, watch: EvalWatch, html: Path | None, as_json: bool
) -> EvalRun:
    run = await project.evals.run(feature, asked, watch=watch)
    if html:
        kept = await project.evals.describe(run.id)
        page = report_run(kept.run, report=kept.report, slices=kept.slices, texts=kept.texts)
        await asyncio.to_thread(html.write_text, page, encoding="utf-8")
    await show_run(project, run, as_json=as_json)
    return run


async def show_run(project: Project, run: EvalRun, *, as_json: bool) -> None:
    """Print a run: its table by the feature's line, what its judges are known to be, and its slices."""
    known = await project.evals.calibrations()
    if as_json:
        figures = await project.evals.figures(run)
        print_json({**to_builtins(run), "judges": rate_judges(run, known), "figures": figures})
        return
    feature = project.features.get(run.feature)
    console, line = make_console(), feature.line if feature else None
    console.print(render_run(run, line, calibrations=known))
    for judge in rate_judges(run, known):
        console.print(Text(judge.describe()))
    console.print(render_figures(await project.evals.figures(run)))
    slices = slice_run(line, run) if line else ()
    if slices and line:
        console.print(render_slices(slices, line))
