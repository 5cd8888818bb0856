"""`plimsoll datasets import NAME`."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
import msgspec

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.datasets.imported import show_import
from plimsoll.cli.group import MUST_CHANGE
from plimsoll.cli.opened import run_in_project
from plimsoll.datasets import (
    BadRow,
    Columns,
)
from plimsoll.errors import InvalidRequest
from plimsoll.project import ImportReport, KeptIn, Project

_MOST_SHOWN = 10


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed."""

    csv_file: Path
    input: tuple[str, ...]
    expected: tuple[str, ...]
    tags: tuple[str, ...]
    id: str
    cluster: str
    person: str
    encoding: str
    bad_rows: Path | None
    to: KeptIn


@click.command("import")
@click.argument("name")
@click.argument("csv_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--input", multiple=True, metavar="FIELD=COLUMN", help="A field of the feature's input. Repeatable.")
@click.option("--expected", multiple=True, metavar="NAME=COLUMN", help="An expectation. Repeatable.")
@click.option("--tags", multiple=True, metavar="COLUMN", help="A column of tags. Repeatable.")
@click.option("--id", default="", metavar="COLUMN", help="The column of ids.")
@click.option("--cluster", default="", metavar="COLUMN", help="The column of what cases share.")
@click.option("--person", default="", metavar="COLUMN", help="The column of whose words a row holds.")
@click.option("--encoding", default="utf-8-sig", help="Its encoding; UTF-8 unless told.")
@click.option("--bad-rows", type=click.Path(path_type=Path, dir_okay=False), help="Import the rest, list these here.")
@click.option("--to", type=click.Choice(get_args(KeptIn)), default="file", show_default=True, help="Where it is kept.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_cases(name: str, *, as_json: bool, **typed: object) -> None:
    """Add the rows of the CSV file FILE to the dataset NAME; `datasets gather` makes cases of what users asked.

    A case that is there already stays as it is. With a bad row nothing is imported, unless --bad-rows is given.
    """
    asked = msgspec.convert(typed, _Asked)
    report = run_in_project(lambda project: _import_csv(project, name, asked))
    if asked.bad_rows and report.bad_rows:
        _write_bad(asked.bad_rows, report.bad_rows)
    if as_json:
        print_json(report)
    else:
        _show_bad(report.bad_rows, asked.bad_rows)
        if asked.bad_rows or not report.bad_rows:
            show_import(report)
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
    if not columns.input:
        raise InvalidRequest(
            "Say which column is the input.", next_step="E.g. --input text=question --expected contains=answer."
        )
    return await project.datasets.import_csv(
        name,
        asked.csv_file,
        columns,
        where=asked.to,
        encoding=asked.encoding,
        skip_bad=asked.bad_rows is not None,
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


def _show_bad(rows: Sequence[BadRow], kept_in: Path | None) -> None:
    for row in rows[:_MOST_SHOWN]:
        click.echo(plain(row.problem), err=True)
    if len(rows) > _MOST_SHOWN:
        click.echo(f"and {len(rows) - _MOST_SHOWN} more; --json prints all.", err=True)
    if rows and kept_in:
        click.echo(f"{len(rows)} rows are no cases; they stand in {kept_in}.")
    elif rows:
        click.echo(f"Nothing was imported: {len(rows)} rows are no cases. Mend them, or give --bad-rows FILE.")
