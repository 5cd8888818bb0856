"""`plimsoll knowledge audit [CORPUS]`."""

from collections.abc import Sequence

import click
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.errors import NotFound
from plimsoll.knowledge import SEVERITIES, AuditReport, KeptAudit, KeptReport, Severity, describe_counts

_FOUND = 1
_MOST_SHOWN = 50
_STYLES = {"note": "dim", "warning": "yellow", "wrong": "bold red"}


@click.command()
@click.argument("corpus", default="")
@click.option("--last", is_flag=True, help="Show the last report that was kept; look at nothing.")
@click.option("--history", is_flag=True, help="Show what each audit that was kept found, in numbers.")
@click.option("--keep", is_flag=True, help="Keep the report, as an audit by `audit_every` does.")
@click.option("--window-days", default=30, show_default=True, help="Days of retrievals to look at.")
@click.option("--max-age-days", type=float, help="Name documents that were not seen at their source for longer.")
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), default="wrong", show_default=True, help="Exit with 1 from here on."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value, with every finding.")
def audit(
    corpus: str,
    *,
    last: bool,
    history: bool,
    keep: bool,
    window_days: int,
    max_age_days: float | None,
    fail_on: Severity,
    as_json: bool,
) -> None:
    """Look for what is wrong with CORPUS: documents that are stale, gone, orphaned, double, cut or never retrieved.

    Also for an index that is behind and for files that nothing needs. Exit code 1 when a finding is as bad as
    --fail-on says, 2 when --last finds no report; the corpus is not changed.
    """
    if history:
        _show_history(run_in_project(lambda project: project.knowledge.kept_audits(corpus)).history, as_json=as_json)
        return
    if last:
        report = _require(run_in_project(lambda project: project.knowledge.kept_audits(corpus)))
    else:
        report = run_in_project(
            lambda project: project.knowledge.audit(
                corpus, window_days=window_days, max_age_days=max_age_days, keep=keep
            )
        )
    if as_json:
        print_json(report)
    else:
        _show(report)
    if report.reaches(fail_on):
        click.get_current_context().exit(_FOUND)


def _require(kept: KeptReport) -> AuditReport:
    if kept.report is None:
        raise NotFound(
            "No audit was kept yet.",
            next_step="Keep one with `plimsoll knowledge audit --keep`, or set audit_every in plimsoll.toml.",
        )
    return kept.report


def _show(report: AuditReport) -> None:
    at = f"{report.at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"{report.corpus} at {at}: {report.documents} documents; {describe_counts(report.counts)}.")
    if report.findings:
        table = Table("severity", "finding", "documents", "what was found", box=None)
        for one in report.findings[:_MOST_SHOWN]:
            sources = plain("\n".join(one.subjects))
            table.add_row(one.severity, one.kind.value, sources, plain(one.message), style=_STYLES[one.severity])
        make_console().print(table)
    if len(report.findings) > _MOST_SHOWN:
        click.echo(f"and {len(report.findings) - _MOST_SHOWN} more; --json prints all.")
    if report.left_out:
        click.echo(f"{report.left_out} more were counted and not kept.")
    for limit in report.limits:
        click.echo(limit)


def _show_history(history: Sequence[KeptAudit], *, as_json: bool) -> None:
    if as_json:
        print_json(history)
        return
    table = Table("audit", "documents", "worst", "found", box=None)
    for one in history:
        at = f"{one.at:%Y-%m-%d %H:%M} UTC"
        table.add_row(at, str(one.documents), one.worst or "-", describe_counts(one.counts))
    make_console().print(table)
