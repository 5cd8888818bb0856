"""`plimsoll traces compare FIRST SECOND`."""

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.traces import (
    MOST_SAMPLED,
    Comparison,
    Finding,
    say_change,
    say_concentration,
    say_more,
    say_reach,
    say_reliability,
)

_SHORT_ID = 14


@click.command("compare")
@click.argument("first")
@click.argument("second")
@click.option(
    "--most",
    type=click.IntRange(1, 10_000),
    default=MOST_SAMPLED,
    show_default=True,
    help="Traces of a side, drawn at random.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What they are drawn with.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare_traces(first: str, second: str, *, most: int, seed: int, as_json: bool) -> None:
    """Say what differs between two groups of live requests, likely causes first.

    FIRST and SECOND are windows (`2h..1h`, `1h..now`, `2026-11-01..2026-11-02`), filters (`version=3f2a`,
    `variant=NAME`, `model=NAME`, `feature=NAME`, …), or both: `1d..now,feature=docs_answer`.
    """
    compared = run_in_project(lambda project: project.traces.compare(first, second, most=most, seed=seed))
    if as_json:
        print_json(compared)
    else:
        show_comparison(compared, make_console())


def show_comparison(compared: Comparison, console: Console) -> None:
    """Print a comparison: its sizes, causes, effects, and what it could not have shown."""
    for name, side in (("first", compared.first), ("second", compared.second)):
        drawn = f", {side.sampled} drawn with seed {compared.seed}" if side.sampled < side.matching else ""
        withheld = f", {side.withheld} more withheld from you" if side.withheld else ""
        console.print(Text(plain(f"{name}: {side.label}, {side.matching} traces{drawn}{withheld}")))
    for one in compared.concentrations:
        console.print(Text(plain(say_concentration(one)), "yellow"))
    for role, title in (("cause", "What changed"), ("effect", "How requests went")):
        found = [one for one in compared.findings if one.role == role]
        if found:
            console.print(_tabulate(title, found))
    if not compared.findings and not compared.too_few:
        console.print("Nothing differs beyond chance.")
    console.print(Text(say_reliability(compared), "dim"))


def _tabulate(title: str, findings: list[Finding]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, expand=True)
    for name, ratio in (("what", 3), ("change", 3), ("difference", 3), ("look at", 2)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for one in findings:
        more = say_more(one)
        what = Text.assemble(one.title, *((" ", (plain(one.value), "bold")) if one.value else ()))
        table.add_row(
            what.append(f"\n{plain(more)}", "dim") if more else what,
            say_change(one),
            say_reach(one),
            (one.second_examples or one.first_examples or ("",))[0][:_SHORT_ID],
        )
    return table
