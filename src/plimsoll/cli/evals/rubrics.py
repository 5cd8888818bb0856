"""`plimsoll evals rubrics`."""

from pathlib import Path

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.project import Project


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rubrics(*, as_json: bool) -> None:
    """Write the rubrics that come with Plimsoll into prompts/judges, to be read and changed.

    What is there already stays as it is. They are for the judges tone(), safety() and refusal_is_right().
    """
    written = run_in_project(_write)
    if as_json:
        print_json({"written": [str(path) for path in written]})
        return
    console = make_console()
    for path in written:
        console.print(f"Wrote {path}.")
    if not written:
        console.print("All rubrics are there already.")


async def _write(project: Project) -> tuple[Path, ...]:
    return project.evals.write_rubrics()
