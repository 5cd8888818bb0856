"""`plimsoll evals history [FEATURE]`."""

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import HistoryEntry, render_history
from plimsoll.project import Project


@click.command()
@click.argument("feature", default="")
@click.option("--limit", default=10, show_default=True, help="Newest runs of each feature, 1 to 100.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: runs by feature, newest first.")
def history(feature: str, *, limit: int, as_json: bool) -> None:
    """Show the runs of FEATURE, or of every feature, over time: figures, what changed, and what that did."""
    found = run_in_project(lambda project: _read(project, feature, limit=limit))
    if as_json:
        print_json(found)
        return
    console = make_console()
    for name, entries in found.items():
        console.print(render_history(name, entries))
    if not found:
        click.echo("No run is kept yet: plimsoll eval FEATURE makes one.", err=True)


async def _read(project: Project, feature: str, *, limit: int) -> dict[str, tuple[HistoryEntry, ...]]:
    names = [feature] if feature else list(project.features)
    found = {name: await project.evals.history(name, limit=limit) for name in names}
    return {name: entries for name, entries in found.items() if entries}
