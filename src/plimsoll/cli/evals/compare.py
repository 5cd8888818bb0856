"""`plimsoll evals compare BASELINE CANDIDATE`."""

from pathlib import Path

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.files import FILE, check_folders
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import render_comparison, report_comparison


@click.command()
@click.argument("baseline")
@click.argument("candidate")
@click.option("--html", type=FILE, help="Write a page that stands alone to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every case that changed.")
def compare(baseline: str, candidate: str, *, html: Path | None, as_json: bool) -> None:
    """Compare two kept runs, named by the beginnings of their ids, case by case."""
    check_folders(html)
    found = run_in_project(lambda project: project.evals.compare(baseline, candidate))
    if html:
        html.write_text(report_comparison(found.comparison, texts=found.texts), encoding="utf-8")
    if as_json:
        print_json(found)
    else:
        make_console().print(render_comparison(found.comparison))
