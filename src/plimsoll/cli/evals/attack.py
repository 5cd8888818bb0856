"""`plimsoll evals attack FEATURE FOLDER`."""

from pathlib import Path

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.run_options import watched
from plimsoll.evals import render_attacks


@click.command()
@click.argument("feature")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--per-type", default=25, show_default=True, help="How many attacks of each type, at most.")
@click.option("--model", default="", help="Ask this model in place of the feature's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def attack(feature: str, folder: Path, *, per_type: int, model: str, as_json: bool) -> None:
    """Ask FEATURE the attacks of FOLDER, and print at what rate each type of attack succeeds.

    FOLDER holds rows of a known public shape, or declares theirs in attacks.toml. Harmless requests in it show
    over-refusal. What code cannot read off an answer is counted as such.
    """
    with watched() as watch:
        report = run_in_project(
            lambda project: project.red_team.attack(
                feature, folder, per_type=per_type, model=model, progress=watch.progress
            )
        )
    if as_json:
        print_json(report)
    else:
        make_console().print(render_attacks(report))
