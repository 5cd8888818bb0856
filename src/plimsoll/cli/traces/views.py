"""`plimsoll traces views [save NAME … | remove NAME]`."""

import shlex

import click
from rich.table import Table
from rich.text import Text

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.group import DefaultGroup
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.traces.options import filter_options
from plimsoll.traces import SavedView


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_views(*, as_json: bool) -> None:
    """List the saved views; `plimsoll traces --view NAME` opens one."""
    views = run_in_project(lambda project: project.traces.views.list())
    if as_json:
        print_json(views)
    elif views:
        make_console().print(_tabulate(views))
    else:
        make_console().print("No views. Save one: plimsoll traces views save NAME --outcome failed --since 7d")


@click.command("save")
@click.argument("name")
@filter_options
@click.option("--replace", is_flag=True, help="Let another view of this name go.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def save_view(name: str, *, replace: bool, as_json: bool, **given: str | None) -> None:
    """Save filters under NAME, for everybody: `save "slow week" --since 7d --min-ms 2000`."""
    filters = {key: text for key, text in given.items() if text is not None}
    view = run_in_project(lambda project: project.traces.views.save(name, filters, replace=replace))
    if as_json:
        print_json(view)
    else:
        make_console().print(Text(plain(f"Saved. Open it with: plimsoll traces --view {shlex.quote(view.name)}")))


@click.command("remove")
@click.argument("name")
def remove_view(name: str) -> None:
    """Forget the view NAME."""
    run_in_project(lambda project: project.traces.views.remove(name))
    make_console().print(Text(plain(f"The view {name!r} is gone.")))


views_command = DefaultGroup("views", default=list_views, help="List, save and remove filters of traces under names.")
views_command.add_command(save_view)
views_command.add_command(remove_view)


def _tabulate(views: tuple[SavedView, ...]) -> Table:
    table = Table(box=None, expand=True)
    for name in ("view", "filters", "saved (UTC)"):
        table.add_column(name, overflow="fold")
    for one in views:
        written = Text(
            plain(" ".join(f"--{key.replace('_', '-')} {shlex.quote(one.filters[key])}" for key in one.filters))
        )
        if one.problem:
            written.append(f"\n{plain(one.problem)}", "red")
        table.add_row(plain(one.name), written, f"{one.saved_at:%Y-%m-%d %H:%M}")
    return table
