"""`plimsoll prompts diff FIRST [SECOND]`."""

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.opened import run_in_project


@click.command()
@click.argument("first")
@click.argument("second", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def diff(first: str, second: str, *, as_json: bool) -> None:
    """Show how the prompt SECOND differs from FIRST: each a version (six or more digits), or a file as it is now.

    Without SECOND it is the file of FIRST as it is now. Versions that are in no folder any longer can be shown too.
    """
    found = run_in_project(lambda project: project.prompts.diff(first, second))
    if as_json:
        print_json(found)
        return
    for line in found.lines:
        click.echo(plain(line, keep="\t"))
    if not found.lines:
        click.echo(f"{plain(found.first)} and {plain(found.second)} are the same.")
