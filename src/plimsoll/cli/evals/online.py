"""`plimsoll evals online FEATURE`."""

import click
from rich.text import Text

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import describe_rates


@click.command()
@click.argument("feature")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), default=7, show_default=True, help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def online(feature: str, *, days: float, as_json: bool) -> None:
    """Say what scorers found in the live requests to FEATURE that were drawn to be judged."""
    rates = run_in_project(lambda project: project.evals.online(feature, days=days))
    if as_json:
        print_json({"feature": feature, "days": days, "scorers": rates})
        return
    console = make_console()
    for name, words in describe_rates(rates).items():
        console.print(Text(f"{name}: {words}"))
    if not rates:
        console.print("Nothing was judged. Draw a sample in the definition: online=Sampling(rate=0.1).")
