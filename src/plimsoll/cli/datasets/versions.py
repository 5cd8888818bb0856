"""`plimsoll datasets push`, `pull`, `diff` and `remove`: the versions of stored datasets."""

from collections.abc import Sequence
from pathlib import Path

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.opened import run_in_project

_MOST_SHOWN = 20


@click.command()
@click.argument("name")
def push(name: str) -> None:
    """Store the file of NAME as a version that never changes."""
    stored = run_in_project(lambda project: project.datasets.push(name))
    click.echo(f"Stored {plain(stored.name)}@{stored.version[:12]} with {stored.cases} cases.")


@click.command()
@click.argument("name")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write here, not to datasets/NAME.jsonl.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def pull(name: str, *, to: Path | None, as_json: bool) -> None:
    """Write the stored dataset NAME, or NAME@VERSION, to a file, and verify the file by its hash."""
    report = run_in_project(lambda project: project.datasets.pull(name, to=to))
    if as_json:
        print_json(report)
        return
    click.echo(f"Wrote {report.cases} cases of {plain(report.name)}@{report.version[:12]} to {report.file}.")
    if report.from_traces:
        click.echo(
            f"{report.from_traces} of them hold what people wrote: keep the file out of git unless nobody can be known "
            "from it."
        )


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def diff(first: str, second: str, *, as_json: bool) -> None:
    """Say which cases SECOND has more, fewer or otherwise than FIRST. Either may be pinned as NAME@VERSION."""
    found = run_in_project(lambda project: project.datasets.diff(first, second))
    if as_json:
        print_json(found)
        return
    click.echo(f"{plain(found.first)} to {plain(found.second)}: {found.same} cases are the same.")
    _list("added", found.added)
    _list("removed", found.removed)
    _list("changed", [f"{one.case_id} ({', '.join(one.parts)})" for one in found.changed])


@click.command()
@click.argument("name")
@click.confirmation_option(prompt="Delete the stored dataset with all its versions?")
def remove(name: str) -> None:
    """Delete the stored dataset NAME with all its versions; a file of that name is left alone."""
    gone = run_in_project(lambda project: project.datasets.remove(name))
    click.echo(f"Deleted {plain(name)}: {gone} versions.")


def _list(word: str, names: Sequence[str]) -> None:
    click.echo(f"{len(names)} {word}{':' if names else '.'}")
    for name in names[:_MOST_SHOWN]:
        click.echo(f"  {plain(name)}")
    if len(names) > _MOST_SHOWN:
        click.echo(f"  and {len(names) - _MOST_SHOWN} more; --json prints all.")
