"""`plimsoll spend`."""

from typing import get_args

import click
from rich.console import Console
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.gateway import SpendBy, SpendTotal


@click.command()
@click.option("--by", type=click.Choice(get_args(SpendBy)), default="day", show_default=True, help="What to add up by.")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="The last so many days.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(by: SpendBy, *, days: int, as_json: bool) -> None:
    """Show what models cost: by day (UTC), key, group, feature, model and more."""
    totals = run_in_project(lambda project: project.spend.totals(by=by, days=days))
    if as_json:
        print_json(totals)
    elif not totals:
        click.echo(f"Nothing was spent within {days} days.")
    else:
        _show(totals, by, make_console())


def _show(totals: list[SpendTotal], by: str, console: Console) -> None:
    table = Table(by, "requests", "tokens in", "cached", "tokens out", "cost", box=None)
    for total in totals:
        table.add_row(
            plain(total.name) or "none",
            f"{total.requests:,}",
            f"{total.input_tokens:,}",
            f"{total.cached_input_tokens:,}",
            f"{total.output_tokens:,}",
            _cost(total),
        )
    console.print(table)


def _cost(total: SpendTotal) -> str:
    unknown = f", {total.unknown_costs:,} of unknown price" if total.unknown_costs else ""
    return f"${total.cost_usd:,.4f}{unknown}"
