"""`plimsoll knowledge sources [CORPUS]` and `plimsoll knowledge confirm CORPUS SOURCE`."""

from datetime import datetime

import click
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.knowledge.sync import exit_for, print_syncs
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import SourceState
from plimsoll.records import SystemClock

_NOW_SECONDS = 60.0
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@click.command()
@click.argument("corpus", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sources(corpus: str, *, as_json: bool) -> None:
    """Show where CORPUS comes from, and how fresh each source is; default: the default feature's."""
    found = run_in_project(lambda project: project.knowledge.sources(corpus))
    if as_json:
        print_json(found)
        return
    make_console().print(_table(found))
    for state in found:
        if state.message:
            click.echo(f"{state.name}: {plain(state.message)}")


@click.command()
@click.argument("corpus")
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def confirm(corpus: str, source: str, *, as_json: bool) -> None:
    """Take what SOURCE of CORPUS is held for, once, and synchronise it.

    Exit code 2 when it is not held, and when it is held again since it lost more meanwhile; 4 when it is unreachable.
    """
    reports = run_in_project(lambda project: project.knowledge.confirm(corpus, source))
    print_syncs(reports, corpus=corpus, as_json=as_json)
    exit_for(reports)


def _table(found: list[SourceState]) -> Table:
    now = SystemClock().now()
    table = Table("source", "kind", "documents", "last result", "age", "stale after", "next", box=None)
    for state in found:
        age = write_span(state.age_seconds) + (", stale" if state.is_stale else "")
        most = write_span(state.max_age_seconds)
        table.add_row(
            state.name, state.kind, str(state.documents), state.result, age, most, _next(state.next_sync_at, now)
        )
    return table


def _next(due_at: datetime | None, now: datetime) -> str:
    """Return when the next scheduled synchronisation is; it is overdue where no server is running."""
    if due_at is None:
        return "-"
    seconds = (due_at - now).total_seconds()
    if seconds > 0:
        return f"in {write_span(seconds)}"
    return "now" if seconds > -_NOW_SECONDS else f"due for {write_span(-seconds)}"


def write_span(seconds: float | None) -> str:
    """Return a span of time in its largest whole unit; a dash for None."""
    if seconds is None:
        return "-"
    return next((f"{seconds / size:.0f} {unit}" for size, unit in _UNITS if seconds >= size), f"{seconds:.0f} s")
