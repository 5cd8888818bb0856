"""`plimsoll prompts log [NAME]`."""

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import MARKS
from plimsoll.project import PromptFigure, PromptVersion


@click.command()
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def log(name: str, *, as_json: bool) -> None:
    """List the versions of prompts that were used, newest first, with their evaluations and live requests.

    NAME is a prompt's path, its file's name or a feature. Live requests are counted within the traces that are kept.
    """
    found = run_in_project(lambda project: project.prompts.log(name))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("No prompt was used yet. Ask something: plimsoll ask '…'")
    for version in found:
        _show(version)


def _show(version: PromptVersion) -> None:
    now = ", the file as it is now" if version.is_current else ""
    click.echo(f"{plain(version.path)}@{version.sha256[:12]}{now}")
    last = f", last asked {version.last_at:%Y-%m-%d %H:%M}" if version.last_at else ""
    asked = f"{version.live} live requests" if version.last_at else "no trace of it is kept"
    click.echo(f"  first used {version.first_used_at:%Y-%m-%d %H:%M} UTC{last}; {asked}")
    for run in version.runs:
        more = f", the last of {run.runs}" if run.runs > 1 else ""
        click.echo(f"  run {run.run_id[:12]}{more}: {run.feature} on {run.dataset}, {plain(run.model)}")
        for figure in run.figures:
            click.echo(f"    {_describe(figure)}")
    if not version.runs:
        click.echo("  not evaluated")


def _describe(figure: PromptFigure) -> str:
    if figure.interval is None:
        return f"{MARKS[figure.verdict]} {figure.bar}: not measured"
    low, high = figure.interval.low, figure.interval.high
    return f"{MARKS[figure.verdict]} {figure.bar}: {figure.interval.estimate:.4g} ({low:.4g} to {high:.4g})"
