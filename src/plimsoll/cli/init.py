"""`plimsoll init NAME`."""

from pathlib import Path

import click

from plimsoll.project import write_project


@click.command()
@click.argument("name")
def command(name: str) -> None:
    """Write a small working project into the new folder NAME."""
    folder = Path(name)
    for path in write_project(folder):
        click.echo(f"  {folder / path}")
    click.echo(
        f"\nNext:\n  cd {name}\n  plimsoll ingest\n  plimsoll ask 'How long do customers have to return an item?'"
    )
