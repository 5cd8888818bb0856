"""`plimsoll prompts suggest FEATURE --run RUN`."""

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.opened import run_in_project


@click.command()
@click.argument("feature")
@click.option("--run", "run_id", required=True, help="The run whose failures are read: its id or the beginning of it.")
@click.option("--model", default="", help="The model that is asked; the feature's own unless told.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def suggest(feature: str, *, run_id: str, model: str, as_json: bool) -> None:
    """Let a model propose a prompt for FEATURE after it read what failed in RUN, as a new file to be read by people.

    Nothing uses the file. Try it: plimsoll gate FEATURE --prompt FILE --baseline RUN.
    """
    found = run_in_project(lambda project: project.prompts.suggest(feature, run_id, model=model))
    if as_json:
        print_json(found)
        return
    click.echo(f"Wrote {found.file}, which nothing uses yet ({found.model}, after {found.cases} failed cases).")
    click.echo(plain(found.why))
    for leak in found.leaks:
        click.echo(f"The case {plain(leak.case_id)} stands in it: take it out, or its figure says nothing.")
    click.echo(f"Read it, then: plimsoll gate {feature} --prompt {found.file} --baseline {found.run_id[:12]}")
