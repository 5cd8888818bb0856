"""`plimsoll knowledge sources [CORPUS]` and `plimsoll knowledge confirm CORPUS SOURCE`."""

import json

import click
import msgspec
from rich.table import Table

from plimsoll.cli.console import make_console, plain
from plimsoll.cli.knowledge.sync import print_sync
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import SourceState, SyncReport
from plimsoll.project import Project

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@click.command()
@click.argument("corpus", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sources(corpus: str, *, as_json: bool) -> None:
    """Show where CORPUS comes from, and how fresh each source is; default: the default feature's."""
    found = run_in_project(lambda project: project.sources(corpus))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    make_console().print(_table(found))
    for state in found:
        if state.message:
            click.echo(f"{state.name}: {plain(state.message)}")


@click.command()
@click.argument("corpus")
@click.argument("source")
def confirm(corpus: str, source: str) -> None:
    """Take what SOURCE of CORPUS is held for, once, and synchronise it."""

    async def run(project: Project) -> list[SyncReport]:
        await project.confirm_source(corpus, source)
        return await project.sync(corpus, sources=(source,))

    for report in run_in_project(run):
        print_sync(report)


def _table(found: list[SourceState]) -> Table:
    table = Table("source", "kind", "documents", "last result", "age", "stale after", box=None)
    for state in found:
        age = write_span(state.age_seconds) + (", stale" if state.is_stale else "")
        table.add_row(
            state.name, state.kind, str(state.documents), state.result, age, write_span(state.max_age_seconds)
        )
    return table


def write_span(seconds: float | None) -> str:
    """Return a span of time in its largest whole unit; a dash for None."""
    if seconds is None:
        return "-"
    return next((f"{seconds / size:.0f} {unit}" for size, unit in _UNITS if seconds >= size), f"{seconds:.0f} s")
