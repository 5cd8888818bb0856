"""`plimsoll traces prune`."""

import re
import sys
from datetime import timedelta

import click
from rich.progress import Progress, SpinnerColumn, TextColumn

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.project import read_time_span
from plimsoll.traces import Pruned

_SIZE = re.compile(r"(?P<count>\d+(?:\.\d+)?) ?(?P<unit>[KMGT]?B)", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}


def _read_age(_context: click.Context, _parameter: click.Parameter, value: str | None) -> timedelta | None:
    try:
        return None if value is None else read_time_span(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no time: {error}.") from error


def _read_size(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(f"{value!r} is no size: write a number and a unit, e.g. '500MB' or '2GB'.")
    return int(float(found["count"]) * _UNITS[found["unit"].lower()])


@click.command("prune")
@click.option("--older-than", callback=_read_age, metavar="TIME", help="Delete what ended longer ago, e.g. 30d or 12h.")
@click.option(
    "--to", "most_bytes", callback=_read_size, metavar="SIZE", help="Delete the oldest beyond this, e.g. 2GB."
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prune_traces(*, older_than: timedelta | None, most_bytes: int | None, dry_run: bool, as_json: bool) -> None:
    """Delete old traces in small steps, beside a running server or not; by the settings where no bound is given.

    Ctrl-C ends it after the step that is under way: what went stays gone, and the same command goes on.
    """
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} steps"))
    with Progress(*columns, console=make_console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("steps", total=None)
        pruned = run_in_project(
            lambda project: project.traces.prune(
                older_than=older_than,
                most_bytes=most_bytes,
                is_trial=dry_run,
                told=lambda steps: bar.update(task, completed=steps),
            )
        )
    if as_json:
        print_json(pruned)
    else:
        make_console().print(_describe(pruned, is_trial=dry_run))


def _describe(pruned: Pruned, *, is_trial: bool) -> str:
    done = "would go" if is_trial else "are gone"
    return (
        f"{pruned.traces:,} traces with {pruned.spans:,} steps {done}: "
        f"{_shown(pruned.bytes_before)} before, {_shown(pruned.bytes_after)} after; "
        f"on the disk {_shown(pruned.file_bytes)}."
    )


def _shown(size: int) -> str:
    for unit in ("TB", "GB", "MB", "KB"):
        if size >= _UNITS[unit.lower()]:
            return f"{size / _UNITS[unit.lower()]:.1f} {unit}"
    return f"{size} B"
