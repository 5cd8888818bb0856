"""`plimsoll datasets import NAME`."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import get_args

import click
import msgspec

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.group import MUST_CHANGE
from plimsoll.cli.opened import run_in_project
from plimsoll.datasets import (
    BadRow,
    Columns,
    Judged,
    Wanted,
)
from plimsoll.errors import InvalidRequest
from plimsoll.project import ImportReport, Project
from plimsoll.records import Outcome
from plimsoll.traces import TraceFilter, TrafficKind

_MOST_SHOWN = 10
_MOST_TRACES = 10_000


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed."""

    csv_file: Path | None
    input: tuple[str, ...]
    expected: tuple[str, ...]
    tags: tuple[str, ...]
    id: str
    cluster: str
    person: str
    encoding: str
    bad_rows: Path | None
    feature: str | None
    outcome: str | None
    text: str | None
    hours: float | None
    limit: int
    judged: Judged | None
    closed: bool
    by_asker: bool
    tag: tuple[str, ...]
    to: str


@click.command("import")
@click.argument("name")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Import the rows of this file."
)
@click.option("--input", multiple=True, metavar="FIELD=COLUMN", help="CSV: a field of the feature's input. Repeatable.")
@click.option("--expected", multiple=True, metavar="NAME=COLUMN", help="CSV: an expectation. Repeatable.")
@click.option("--tags", multiple=True, metavar="COLUMN", help="CSV: a column of tags. Repeatable.")
@click.option("--id", default="", metavar="COLUMN", help="CSV: the column of ids.")
@click.option("--cluster", default="", metavar="COLUMN", help="CSV: the column of what cases share.")
@click.option("--person", default="", metavar="COLUMN", help="CSV: the column of whose words a row holds.")
@click.option("--encoding", default="utf-8-sig", help="CSV: its encoding; UTF-8 unless told.")
@click.option(
    "--bad-rows", type=click.Path(path_type=Path, dir_okay=False), help="CSV: import the rest, list these here."
)
@click.option("--traces", is_flag=True, help="Import what users asked, newest first.")
@click.option("--feature", help="Traces: of this feature only.")
@click.option("--outcome", type=click.Choice([str(one) for one in Outcome]), help="Traces: with this outcome only.")
@click.option("--text", help="Traces: whose input, output or error contains this.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="Traces: of the last so many hours.")
@click.option("--limit", type=click.IntRange(1, _MOST_TRACES), default=500, show_default=True, help="Traces: how many.")
@click.option("--judged", type=click.Choice(get_args(Judged)), help="Traces: those that a person judged so.")
@click.option("--closed", is_flag=True, help="Traces: also those that rest on documents not everyone may read.")
@click.option("--by-asker", is_flag=True, help="Traces: let the cases of one person be a cluster.")
@click.option("--tag", multiple=True, help="Traces: give each case this tag. Repeatable.")
@click.option("--to", type=click.Choice(["file", "store"]), help="Keep it there: CSV in a file, traces in the store.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_cases(name: str, *, traces: bool, as_json: bool, **typed: object) -> None:
    """Add cases to the dataset NAME: the rows of a CSV file, or what users asked.

    A case that is there already stays as it is. With a bad row nothing is imported, unless --bad-rows is given.
    """
    source = "traces" if traces else "csv"
    to = typed["to"] or ("store" if traces else "file")
    asked = msgspec.convert(typed | {"to": to}, _Asked)
    if traces == (asked.csv_file is not None):
        raise InvalidRequest(
            "Say what to import: --csv FILE or --traces.", next_step=f"plimsoll datasets import {name} …"
        )
    if source == "csv":
        report = run_in_project(lambda project: _import_csv(project, name, asked))
    else:
        report = run_in_project(lambda project: _import_traces(project, name, asked))
    if asked.bad_rows and report.bad_rows:
        _write_bad(asked.bad_rows, report.bad_rows)
    if as_json:
        print_json(report)
    else:
        _show(report, asked)
    if report.bad_rows and not asked.bad_rows:
        click.get_current_context().exit(MUST_CHANGE)


async def _import_csv(project: Project, name: str, asked: _Asked) -> ImportReport:
    columns = Columns(
        input=_pairs("--input", asked.input),
        expected=_pairs("--expected", asked.expected),
        tags=asked.tags,
        id=asked.id,
        cluster=asked.cluster,
        person=asked.person,
    )
    if not columns.input or asked.csv_file is None:
        raise InvalidRequest(
            "Say which column is the input.", next_step="E.g. --input text=question --expected contains=answer."
        )
    return await project.datasets.import_csv(
        name,
        asked.csv_file,
        columns,
        where="store" if asked.to == "store" else "file",
        encoding=asked.encoding,
        skip_bad=asked.bad_rows is not None,
    )


async def _import_traces(project: Project, name: str, asked: _Asked) -> ImportReport:
    filtered = TraceFilter(
        feature=asked.feature,
        outcome=Outcome(asked.outcome) if asked.outcome else None,
        text=asked.text,
        traffic=TrafficKind.LIVE,
        limit=asked.limit,
    )
    wanted = Wanted(judged=asked.judged, with_closed=asked.closed, by_asker=asked.by_asker, tags=asked.tag)
    within = timedelta(hours=asked.hours) if asked.hours else None
    return await project.datasets.import_traces(
        name, filtered, wanted, where="store" if asked.to == "store" else "file", within=within
    )


def _pairs(option: str, typed: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in typed]
    for field, _, column in pairs:
        if not field or not column:
            raise InvalidRequest(f"{option} {field!r} names no column.", next_step=f"Write {option} text=question.")
    return {field: column for field, _, column in pairs}


def _write_bad(file: Path, rows: Sequence[BadRow]) -> None:
    with file.open("w", encoding="utf-8", errors="backslashreplace", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["line", "problem"])
        writer.writerows([row.line, row.problem, *row.cells] for row in rows)


def _show(report: ImportReport, asked: _Asked) -> None:
    _show_bad(report.bad_rows, asked.bad_rows)
    if report.bad_rows and not asked.bad_rows:
        return
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


def _show_bad(rows: Sequence[BadRow], kept_in: Path | None) -> None:
    for row in rows[:_MOST_SHOWN]:
        click.echo(plain(row.problem), err=True)
    if len(rows) > _MOST_SHOWN:
        click.echo(f"and {len(rows) - _MOST_SHOWN} more; --json prints all.", err=True)
    if rows and kept_in:
        click.echo(f"{len(rows)} rows are no cases; they stand in {kept_in}.")
    elif rows:
        click.echo(f"Nothing was imported: {len(rows)} rows are no cases. Mend them, or give --bad-rows FILE.")
