"""`plimsoll knowledge sync [CORPUS]`, and what it prints of a synchronisation."""

import asyncio
from collections.abc import Sequence

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.group import MACHINE_FAILED, MUST_CHANGE
from plimsoll.cli.ingest import shown_ingestion
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import IngestReport, SyncReport
from plimsoll.project import Project

_MOST_FAILURES = 20
_CODES = {"held": MUST_CHANGE, "refused": MUST_CHANGE, "unreachable": MACHINE_FAILED}


@click.command()
@click.argument("corpus", default="")
@click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@click.option("--watch", type=click.IntRange(min=1), help="Go on, and synchronise again after so many seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one list of reports a synchronisation.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def sync(corpus: str, *, sources: tuple[str, ...], watch: int | None, as_json: bool, quiet: bool) -> None:
    """Bring CORPUS to what its sources say now; default: the default feature's.

    Only what changed is read and embedded. Exit code 2 when a source is held or refused, 4 when one is unreachable:
    then nothing is forgotten, and the corpus answers as before.
    """

    async def run(project: Project) -> list[SyncReport]:
        while True:
            with shown_ingestion(quiet=quiet) as show:
                reports = await project.knowledge.sync(corpus, sources=sources, progress=show)
            print_syncs(reports, corpus=corpus or project.knowledge.default_corpus(), as_json=as_json)
            if watch is None:
                return reports
            await asyncio.sleep(watch)

    exit_for(run_in_project(run))


def exit_for(reports: Sequence[SyncReport]) -> None:
    """End the command with the code of what fared worst."""
    click.get_current_context().exit(max((_CODES.get(report.result, 0) for report in reports), default=0))


def print_syncs(reports: Sequence[SyncReport], *, corpus: str, as_json: bool) -> None:
    """Say what became of each source."""
    if as_json:
        print_json(reports)
        return
    for report in reports:
        _print_sync(report, corpus)


def _print_sync(report: SyncReport, corpus: str) -> None:
    if report.report is None:
        click.echo(f"{report.source}: {report.result}, nothing was forgotten. {plain(report.message)}", err=True)
        if report.result == "held":
            click.echo(f"  If that is right: plimsoll knowledge confirm {corpus} {report.source}", err=True)
    else:
        click.echo(f"{report.source}: {describe_report(report.report)}")
        for failed in report.report.failed[:_MOST_FAILURES]:
            click.echo(f"  not read: {plain(failed.source)}: {plain(failed.message)}", err=True)
    for note in report.notes[:_MOST_FAILURES]:
        click.echo(f"  {plain(note)}", err=True)


def describe_report(report: IngestReport) -> str:
    """Return what was done and what it cost, in one line."""
    counts = (
        f"{report.added} added, {report.changed} changed, {report.moved} moved, {report.described} described anew, "
        f"{report.unchanged} unchanged, {report.removed} removed"
    )
    cost = f"{report.texts_embedded} texts of {report.tokens_embedded:,} tokens embedded on this machine"
    return f"{counts}; {cost} in {report.seconds:.1f} s."
