"""`plimsoll eval FEATURE`."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import RunProgress, render_run
from plimsoll.project import Project


@contextmanager
def shown_progress() -> Generator[Callable[[RunProgress], None]]:
    """Show a bar on the terminal while cases run; nothing where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Cases", total=None)

        def show(progress: RunProgress) -> None:
            bar.update(task, completed=progress.done, total=progress.total)

        yield show


@click.command()
@click.argument("feature")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(feature: str, *, as_json: bool) -> None:
    """Run FEATURE over its dataset, score every case, and print a table with intervals."""
    with shown_progress() as show:
        run_in_project(lambda project: _evaluate(project, feature, show=show, as_json=as_json))


async def _evaluate(project: Project, feature: str, *, show: Callable[[RunProgress], None], as_json: bool) -> None:
    run = await project.evaluate(feature, progress=show)
    if as_json:
        print_json(run)
    else:
        make_console().print(render_run(run, project.features[feature].line))
