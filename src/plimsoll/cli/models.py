"""`plimsoll models`: install the embedding model, and show which models are used."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from plimsoll.cli.opened import run_in_project
from plimsoll.gateway import install_model
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

    Console().print(run_in_project(read))


@command.command()
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Take it from here.")
def install(folder: Path | None) -> None:
    """Install the embedding model (90 MB) and prepare it for use; does nothing when that is done."""
    click.echo(f"The embedding model is ready in {install_model(folder)}.")
