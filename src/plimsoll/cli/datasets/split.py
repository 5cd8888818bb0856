"""`plimsoll datasets split NAME`."""

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.opened import run_in_project


@click.command()
@click.argument("name")
@click.option("--dev", type=float, required=True, help="Share of the clusters (or cases) to develop on, e.g. 0.3.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def split(name: str, *, dev: float, as_json: bool) -> None:
    """Write NAME as two datasets, NAME.dev to develop on and NAME.test to be tested on.

    A case's side follows from its cluster, or its id: clusters never straddle, and a case stays on its side when others
    are added.
    """
    report = run_in_project(lambda project: project.datasets.split(name, dev=dev))
    if as_json:
        print_json(report)
        return
    for side, cases in report.cases.items():
        click.echo(f"{plain(side)}@{report.versions[side][:12]}: {cases} cases, kept in a {report.where}.")
