"""`plimsoll ingest [PATH…]`."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plimsoll.cli.console import make_console, plain
from plimsoll.cli.group import MUST_CHANGE
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import IngestProgress, IngestReport

_MOST_FAILURES = 20
_SOURCE_END = 48


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--corpus", default="", help="Corpus to read into; default: that of the project's default feature.")
@click.option("--confirm-loss", is_flag=True, help="Forget documents whose files are gone, however many they are.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def command(paths: tuple[Path, ...], *, corpus: str, confirm_loss: bool, quiet: bool) -> None:
    """Read files and folders (Markdown, text, HTML, PDF, Office, mail, tables) into the project's knowledge.

    Without PATH it reads what plimsoll.toml declares. Unchanged documents are skipped, so it can be interrupted and
    run again at any time. Exit code 2 when not one of them could be read, and when more than 30 % of the known
    documents would be forgotten: then nothing is changed until it is confirmed.
    """
    wanted = [Path(os.path.realpath(path)) for path in paths]
    with shown_ingestion(quiet=quiet) as show:
        report = run_in_project(
            lambda project: project.knowledge.ingest(wanted, corpus=corpus, progress=show, confirm_loss=confirm_loss)
        )
    print_report(report)
    if report.failed and not (report.added or report.changed or report.unchanged):
        click.get_current_context().exit(MUST_CHANGE)


@contextmanager
def shown_ingestion(*, quiet: bool = False) -> Generator[Callable[[IngestProgress], None]]:
    """Show a bar on the terminal while documents are read; nothing where there is no terminal."""
    shown = sys.stderr.isatty() and not quiet
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task("Reading", total=None)

        def show(progress: IngestProgress) -> None:
            if progress.waiting:
                bar.console.print(progress.waiting, highlight=False)
                return
            bar.update(
                task, completed=progress.done, total=progress.total, description=plain(progress.source[-_SOURCE_END:])
            )

        yield show


def print_report(report: IngestReport) -> None:
    """Say what an ingestion did and which documents could not be read."""
    click.echo(
        f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, {report.removed} removed; "
        f"{report.chunks} chunks in {report.seconds:.1f} s."
    )
    for failed in report.failed[:_MOST_FAILURES]:
        click.echo(f"  not read: {plain(failed.source)}: {plain(failed.message)}", err=True)
    if len(report.failed) > _MOST_FAILURES:
        click.echo(f"  and {len(report.failed) - _MOST_FAILURES} more; see the console's Knowledge page.", err=True)
