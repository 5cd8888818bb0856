"""`plimsoll evals show RUN`."""

import click
from rich.text import Text

from plimsoll.cli.console import make_console
from plimsoll.cli.evaluate import show_run
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import EvalRun, describe_run
from plimsoll.project import Project


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every result.")
def show(run: str, *, as_json: bool) -> None:
    """Show a kept run again, named by its id or the beginning of it: its figures, and what it was made with."""
    kept = run_in_project(lambda project: _show(project, run, as_json=as_json))
    if not as_json:
        make_console().print(Text("\n".join(describe_run(kept))))


async def _show(project: Project, run: str, *, as_json: bool) -> EvalRun:
    kept = await project.evals.kept(run)
    await show_run(project, kept, as_json=as_json)
    return kept
