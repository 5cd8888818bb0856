"""What became of an import, in words."""

import click

from plimsoll.cli.console import plain
from plimsoll.project import ImportReport

_MOST_SHOWN = 10


def show_import(report: ImportReport) -> None:
    """Print how many cases came, how many stayed as they were, and what was left out."""
    click.echo(
        f"{report.added} cases added, {report.known} known already; {plain(report.name)} holds {report.cases} now."
    )
    if report.kept:
        some = ", ".join(map(plain, report.kept[:_MOST_SHOWN]))
        click.echo(f"{len(report.kept)} were there with something else and stay as they were: {some}.")
    for reason, count in report.left_out.items():
        click.echo(f"{count} left out: {reason}.")
    if report.from_traces and report.where == "file":
        click.echo("The file holds what people wrote: keep it out of git unless nobody can be known from it.")
    if report.version:
        click.echo(f"Version {report.version[:12]}, kept in a {report.where}.")
