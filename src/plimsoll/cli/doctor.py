"""`plimsoll doctor`."""

import click
from rich.console import Console
from rich.text import Text

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.group import MUST_CHANGE
from plimsoll.cli.opened import run_in_project
from plimsoll.project import Check

_MARKS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "wrong": ("wrong", "bold red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Check the project and the machine; say what to do about what is wrong."""
    checks = run_in_project(lambda project: project.examine())
    if as_json:
        print_json(checks)
    else:
        _show(checks, make_console())
    if any(check.state == "wrong" for check in checks):
        click.get_current_context().exit(MUST_CHANGE)


def _show(checks: list[Check], console: Console) -> None:
    for check in checks:
        word, style = _MARKS[check.state]
        console.print(Text.assemble((f"{word:8}", style), (f"{check.name}: ", "bold"), check.message))
        if check.next_step:
            console.print(Text(f"        {check.next_step}", "dim"))
