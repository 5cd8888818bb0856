"""`plimsoll ingest [PATH…]`."""

import sys
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plimsoll.cli.console import make_console
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import IngestProgress, IngestReport

_MOST_FAILURES = 20


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--corpus", default="", help="Corpus to read into; default: that of the project's default feature.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def command(paths: tuple[Path, ...], *, corpus: str, quiet: bool) -> None:
    """Read files and folders (Markdown, text, HTML, PDF) into the project's knowledge.

    Without PATH it reads what plimsoll.toml declares. Unchanged documents are skipped, so it can be interrupted and
    run again at any time.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = make_console(stderr=True)
    shown = sys.stderr.isatty() and not quiet
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("Reading", total=None)

        def show(progress: IngestProgress) -> None:
            bar.update(task, completed=progress.done, total=progress.total, description=progress.source[-48:])

        report = run_in_project(
            lambda project: project.ingest([path.resolve() for path in paths], corpus=corpus, progress=show)
        )
    _report(report)


def _report(report: IngestReport) -> None:
    click.echo(
        f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, {report.removed} removed; "
        f"{report.chunks} chunks in {report.seconds:.1f} s."
    )
    for failed in report.failed[:_MOST_FAILURES]:
        click.echo(f"  not read: {failed.source}: {failed.message}", err=True)
    if len(report.failed) > _MOST_FAILURES:
        click.echo(f"  and {len(report.failed) - _MOST_FAILURES} more; see the console's Knowledge page.", err=True)
