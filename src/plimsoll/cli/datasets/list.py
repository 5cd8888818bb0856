"""`plimsoll datasets list`."""

import click
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_datasets(*, as_json: bool) -> None:
    """List the datasets: files of the project and stored ones, with the version and size of each."""
    found = run_in_project(lambda project: project.datasets.list())
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("No datasets. Write datasets/NAME.jsonl, or: plimsoll datasets import NAME FILE --input ...")
        return
    table = Table("dataset", "kept in", "version", "cases", "from traces", "versions", "features", box=None)
    for one in found:
        traces = str(one.from_traces or "-") if one.where == "file" else ""
        table.add_row(
            plain(one.name), one.where, one.version[:12] or "broken", str(one.cases), traces, str(one.versions),
            ", ".join(one.features) or "-",
        )  # fmt: skip
    make_console().print(table)
    for one in found:
        if one.problem:
            click.echo(plain(one.problem))
