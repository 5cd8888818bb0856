"""`plimsoll traces export FILE`."""

import sys
from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.traces.options import filter_options, read_options
from plimsoll.records import LOCAL_TENANT
from plimsoll.traces import ExportAsked, Exported, TrafficKind


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@filter_options
@click.option("--tenant", default=LOCAL_TENANT, show_default=True, help="Whose traces.")
@click.option("--spans", is_flag=True, help="A row for each step; else one for each trace.")
@click.option("--content", is_flag=True, help="Write inputs, outputs and other texts too, as far as they are stored.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export_traces(file: Path, *, tenant: str, spans: bool, content: bool, as_json: bool, **given: str | None) -> None:
    """Write traces to FILE, newest first: its name ends in .parquet, .jsonl or .csv.

    All traces that the filters let through, unless --limit says how many. Ctrl-C leaves no half file.
    """
    where = read_options({**given, "traffic": given.get("traffic") or TrafficKind.ALL.value})
    most = where.limit if given.get("limit") else None
    asked = ExportAsked(path=file, tenant=tenant, where=where, most=most, has_spans=spans, has_content=content)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} traces"))
    with Progress(*columns, console=make_console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("traces", total=None)
        done = run_in_project(
            lambda project: project.traces.export(asked, told=lambda count: bar.update(task, completed=count))
        )
    if as_json:
        print_json(done)
    else:
        make_console().print(_describe(done))


def _describe(done: Exported) -> str:
    rows = "" if done.rows == done.traces else f", {done.rows:,} steps"
    return f"{done.traces:,} traces{rows} are in {str(done.path)!r} ({done.size_bytes:,} bytes)."
