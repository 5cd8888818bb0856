"""`plimsoll serve`."""

import asyncio
from pathlib import Path

import click
import msgspec
import uvloop

from plimsoll.cli.ingest import print_report, shown_ingestion
from plimsoll.cli.opened import run_in_project
from plimsoll.project import Project, require_shared
from plimsoll.server import Address, Limits, check_address, read_limits, serve, serve_with_workers


class _Crew(msgspec.Struct, frozen=True, kw_only=True):
    """What several workers are to serve."""

    address: Address
    count: int
    limits: Limits


@click.command()
@click.option("--host", default="", help="Address to listen on; default: plimsoll.toml's, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default: plimsoll.toml's, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that serve; default: plimsoll.toml's, else 1.")
@click.option("--ingest", is_flag=True, help="First read the documents that plimsoll.toml declares.")
def command(*, host: str, port: int | None, workers: int | None, ingest: bool) -> None:
    """Serve the HTTP API and the console until interrupted. Port 0 takes any free one.

    More than one worker needs [gateway] redis_url. SIGHUP reads plimsoll.toml again.
    """

    async def run(project: Project) -> _Crew | None:
        server = project.settings.server
        count = workers or server.workers
        require_shared(project.settings.gateway, workers=count)
        if ingest:
            with shown_ingestion() as show:
                print_report(await project.knowledge.ingest(progress=show))
        for use in project.models:
            lacking = f", and ${use.missing_key} is not set: its calls will fail" if use.missing_key else ""
            click.echo(f"Model {use.alias!r} is {use.provider}/{use.model}: {use.because}{lacking}.")
        chosen = server.port if port is None else port
        if count == 1:
            await serve(project, host=host or server.host, port=chosen, announce=_announce)
            return None
        address = Address(host=host or server.host, port=chosen, allowed_hosts=server.allowed_hosts)
        await check_address(address, project.keys)
        return _Crew(address=address, count=count, limits=read_limits(project.settings))

    crew = run_in_project(run)
    if crew is not None:
        click.get_current_context().exit(_serve(crew))


def _serve(crew: _Crew) -> int:
    """Serve with several workers, now that the project is closed in this process; return the exit code."""

    def announce(address: str) -> None:
        click.echo(f"Plimsoll serves on {address} with {crew.count} workers (stop with Ctrl-C).")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(
            serve_with_workers(
                Path.cwd(), address=crew.address, count=crew.count, limits=crew.limits, announce=announce
            )
        )


def _announce(address: str) -> None:
    click.echo(f"Plimsoll serves on {address} (stop with Ctrl-C).")
