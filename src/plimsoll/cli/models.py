"""`plimsoll models`: install the embedding model, and show which models are used."""

import click
from rich.table import Table

from plimsoll.cli.console import make_console
from plimsoll.cli.opened import run_in_project
from plimsoll.gateway import find_model
from plimsoll.project import Project


@click.group()
def command() -> None:
    """Install the embedding model; show which models are used."""


@command.command(name="list")
def list_models() -> None:
    """Show which model each alias of plimsoll.toml stands for, and why."""

    async def read(project: Project) -> Table:
        table = Table("alias", "model", "because", box=None)
        for use in project.models:
            table.add_row(use.alias, f"{use.provider}/{use.model}", use.because)
        return table

    make_console().print(run_in_project(read))


@command.command()
def install() -> None:
    """Prepare the embedding model (90 MB) for use; does nothing when that is done."""
    click.echo(f"The embedding model is ready in {find_model()}.")
