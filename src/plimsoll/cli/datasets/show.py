"""`plimsoll datasets show NAME`."""

import click
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.project import DatasetPage

_MOST_SHOWN = 12


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str, *, as_json: bool) -> None:
    """Show what NAME holds, in numbers, and its stored versions."""
    page = run_in_project(lambda project: project.datasets.show(name))
    if as_json:
        print_json(page)
    else:
        _show(page)


def _show(page: DatasetPage) -> None:
    card = page.card
    click.echo(f"{plain(card.name)}@{card.version[:12]}: {card.cases} cases, kept in a {card.where}.")
    click.echo(f"Features: {', '.join(card.features) or 'none names it'}. Clusters: {page.clusters or 'none'}.")
    if card.from_traces:
        click.echo(f"{card.from_traces} cases were made from traces: they hold what people wrote.")
    for what, counts in (("tag", page.tags), ("expected", page.expectations)):
        some = [f"{plain(name)} {count}" for name, count in list(counts.items())[:_MOST_SHOWN]]
        more = f" and {len(counts) - _MOST_SHOWN} more" if len(counts) > _MOST_SHOWN else ""
        click.echo(f"By {what}: {', '.join(some) or 'none'}{more}.")
    if page.versions:
        table = Table("version", "current since (UTC)", "cases", "left", "from", box=None)
        for one in page.versions:
            at = f"{one.current_at:%Y-%m-%d %H:%M}"
            table.add_row(one.version[:12], at, str(one.cases), str(one.left), plain(one.note))
        make_console().print(table)
