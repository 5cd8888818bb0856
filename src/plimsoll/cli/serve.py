"""`plimsoll serve`."""

import click

from plimsoll.cli.opened import run_in_project
from plimsoll.project import Project
from plimsoll.server import serve


@click.command()
@click.option("--host", default="", help="Address to listen on; default: plimsoll.toml's, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default: plimsoll.toml's, else 8000.")
def command(*, host: str, port: int | None) -> None:
    """Serve the HTTP API and the console until interrupted."""

    async def run(project: Project) -> None:
        for use in project.models:
            click.echo(f"Model {use.alias!r} is {use.provider}/{use.model}: {use.because}.")
        chosen_host, chosen_port = host or project.settings.server.host, port or project.settings.server.port
        await serve(project, host=chosen_host, port=chosen_port, announce=_announce)

    run_in_project(run)


def _announce(address: str) -> None:
    click.echo(f"Plimsoll serves on {address} (stop with Ctrl-C).")
