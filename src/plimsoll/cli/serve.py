"""`plimsoll serve`."""

import click

from plimsoll.cli.ingest import print_report, shown_ingestion
from plimsoll.cli.opened import run_in_project
from plimsoll.project import Project
from plimsoll.server import serve


@click.command()
@click.option("--host", default="", help="Address to listen on; default: plimsoll.toml's, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default: plimsoll.toml's, else 8000.")
@click.option("--ingest", is_flag=True, help="First read the documents that plimsoll.toml declares.")
def command(*, host: str, port: int | None, ingest: bool) -> None:
    """Serve the HTTP API and the console until interrupted. Port 0 takes any free one."""

    async def run(project: Project) -> None:
        if ingest:
            with shown_ingestion() as show:
                print_report(await project.ingest(progress=show))
        for use in project.models:
            click.echo(f"Model {use.alias!r} is {use.provider}/{use.model}: {use.because}.")
        server = project.settings.server
        chosen = server.port if port is None else port
        await serve(project, host=host or server.host, port=chosen, announce=_announce)

    run_in_project(run)


def _announce(address: str) -> None:
    click.echo(f"Plimsoll serves on {address} (stop with Ctrl-C).")
