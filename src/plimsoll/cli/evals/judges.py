"""`plimsoll evals judges`."""

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import render_judges


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def judges(*, as_json: bool) -> None:
    """List the judges of the project: calibrated with which kappa and when, or uncalibrated, and what was before."""
    found = run_in_project(lambda project: project.evals.judges.list())
    if as_json:
        print_json({"judges": found})
    else:
        make_console().print(render_judges(found))
