"""`plimsoll evals bias RUN`."""

from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import GroupDifference


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def bias(run: str, *, as_json: bool) -> None:
    """Say by how much groups fare otherwise in RUN, whose dataset holds pairs of cases alike but for one attribute.

    A pair's cases carry the same `expected.pair`, and `expected.group` says whom each is about.
    """
    found = run_in_project(lambda project: project.red_team.compare_groups(run))
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: Sequence[GroupDifference]) -> None:
    table = Table(box=None)
    for heading in ("scorer", "group", "against", "difference", "95 % interval", "pairs", "missing", "p"):
        table.add_column(heading)
    for one in found:
        paired = one.difference
        shown = f"{paired.delta.estimate:+.3f}" if paired else "-"
        ends = f"{paired.delta.low:+.3f} … {paired.delta.high:+.3f}" if paired else "-"
        p_value = f"{paired.p_value:.3f}" if paired else "-"
        counts = (str(one.pairs), str(one.missing or "-"))
        table.add_row(Text(one.scorer), Text(one.second), Text(one.first), shown, ends, *counts, p_value)
    make_console().print(table)
