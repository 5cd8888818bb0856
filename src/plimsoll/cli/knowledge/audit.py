"""`plimsoll knowledge audit [CORPUS]`."""

import json

import click
import msgspec
from rich.table import Table

from plimsoll.cli.console import make_console, plain
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import SEVERITIES, AuditReport, Severity

_FOUND = 1
_MOST_SHOWN = 50
_STYLES = {"note": "dim", "warning": "yellow", "wrong": "bold red"}


@click.command()
@click.argument("corpus", default="")
@click.option("--window-days", default=30, show_default=True, help="Days of retrievals to look at.")
@click.option("--max-age-days", type=float, help="Name documents that were not seen at their source for longer.")
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), default="wrong", show_default=True, help="Exit with 1 from here on."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every finding.")
def audit(corpus: str, *, window_days: int, max_age_days: float | None, fail_on: Severity, as_json: bool) -> None:
    """Look for documents of CORPUS that are stale, gone, orphaned, double, cut, unreadable or never retrieved.

    Exit code 1 when a finding is as bad as --fail-on says; nothing is changed.
    """
    report = run_in_project(
        lambda project: project.audit_knowledge(corpus, window_days=window_days, max_age_days=max_age_days)
    )
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(report), ensure_ascii=False))
    else:
        _show(report)
    if report.reaches(fail_on):
        click.get_current_context().exit(_FOUND)


def _show(report: AuditReport) -> None:
    counts = ", ".join(f"{count} {kind}" for kind, count in report.counts().items()) or "nothing wrong"
    click.echo(f"{report.corpus}: {report.documents} documents; {counts}.")
    if report.findings:
        table = Table("severity", "finding", "documents", "what was found", box=None)
        for one in report.findings[:_MOST_SHOWN]:
            sources = plain("\n".join(one.subjects))
            table.add_row(one.severity, one.kind.value, sources, plain(one.message), style=_STYLES[one.severity])
        make_console().print(table)
    if len(report.findings) > _MOST_SHOWN:
        click.echo(f"and {len(report.findings) - _MOST_SHOWN} more; --json prints all.")
    for limit in report.limits:
        click.echo(limit)
