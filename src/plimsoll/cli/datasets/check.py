"""`plimsoll datasets check NAME`."""

from collections.abc import Sequence

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.group import MUST_CHANGE
from plimsoll.cli.opened import run_in_project
from plimsoll.datasets import DatasetCheck, Twins

_MOST_SHOWN = 20


@click.command()
@click.argument("name")
@click.option("--against", default="", help="Another dataset that NAME should share no case with, e.g. the dev side.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every finding.")
def check(name: str, *, against: str, as_json: bool) -> None:
    """Look for cases of NAME that say nearly the same, and for leaks: cases of the dev side, cases in prompts.

    NAME.test is held against NAME.dev by itself. Exit code 2 when a case leaks.
    """
    found = run_in_project(lambda project: project.datasets.check(name, against=against))
    if as_json:
        print_json(found)
    else:
        _show(found)
    if found.leaks:
        click.get_current_context().exit(MUST_CHANGE)


def _show(found: DatasetCheck) -> None:
    click.echo(f"{plain(found.dataset)}@{found.version[:12]}: {found.cases} cases.")
    _list(f"{len(found.doubles)} say nearly the same as an earlier one", _pairs(found.doubles))
    if found.other:
        _list(f"{len(found.across)} say nearly the same as one of {plain(found.other)}", _pairs(found.across))
    in_prompts = [f"{plain(one.case_id)} in {plain(one.prompt)} ({one.share:.0%})" for one in found.in_prompts]
    _list(f"{len(in_prompts)} stand in a prompt, of {len(found.prompts)} that were read", in_prompts)
    if found.leaks:
        click.echo(f"{found.leaks} cases leak: a feature may know their answers. Take them out of one of both places.")


def _pairs(found: Sequence[Twins]) -> list[str]:
    return [f"{plain(one.second)} like {plain(one.first)} ({one.similarity:.2f})" for one in found]


def _list(heading: str, lines: Sequence[str]) -> None:
    click.echo(f"{heading}{':' if lines else '.'}")
    for line in lines[:_MOST_SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > _MOST_SHOWN:
        click.echo(f"  and {len(lines) - _MOST_SHOWN} more; --json prints all.")
