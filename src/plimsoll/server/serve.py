"""Serves an open project: checks the address, listens, warms up in the background, runs until told to stop."""

from collections.abc import Callable

from starlette.applications import Starlette

from plimsoll.project import Project, Settings
from plimsoll.records import Clock, SystemClock
from plimsoll.server.address import Address, check_address, listen
from plimsoll.server.app import assemble
from plimsoll.server.auth import Sessions
from plimsoll.server.limits import Limits
from plimsoll.server.recent import RecentAnswers
from plimsoll.server.routes import all_routes
from plimsoll.server.run import serve_app
from plimsoll.server.state import ServerState
from plimsoll.server.upkeep import kept_tidy
from plimsoll.server.warm import WarmUp

_MEGABYTE = 1_000_000
_GRACE_SECONDS = 5.0


async def serve(project: Project, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the project until SIGINT or SIGTERM; `announce` is told the address once it listens. Port 0 takes any.

    Raises:
        UnsafeAddress: others than this machine could reach it and no access key exists.
        AddressInUse, InvalidSettings: nothing can listen there.

    """
    settings = project.settings
    await check_address(Address(host=host, port=port, allowed_hosts=settings.server.allowed_hosts), project.keys)
    with listen(host, port) as listener:
        bound: int = listener.getsockname()[1]
        address = Address(host=host, port=bound, allowed_hosts=settings.server.allowed_hosts)
        limits = read_limits(settings)
        warm_up = WarmUp(project)
        app = build_app(project, address=address, limits=limits, warm_up=warm_up)
        warm_up.begin()
        try:
            async with kept_tidy(project):
                await serve_app(app, listener, limits=limits, on_ready=lambda: announce(address.url))
        finally:
            await warm_up.close()


def build_app(
    project: Project, *, address: Address, limits: Limits, warm_up: WarmUp, clock: Clock | None = None
) -> Starlette:
    """Return the application that serves the project at the address."""
    clock = clock or SystemClock()
    state = ServerState(
        project=project,
        keys=project.keys,
        address=address,
        limits=limits,
        warm_up=warm_up,
        recent=RecentAnswers(),
        sessions=Sessions(clock),
        clock=clock,
    )
    return assemble(all_routes(), state)


def read_limits(settings: Settings) -> Limits:
    """Return the bounds that `[limits]` of plimsoll.toml asks for.

    A feature's own deadline comes first: it ends in an outcome, the server's only in an error.
    """
    wanted = settings.limits
    return Limits(
        concurrent_requests=wanted.concurrent_requests,
        request_seconds=wanted.request_seconds + _GRACE_SECONDS,
        upload_bytes=wanted.max_body_mb * _MEGABYTE,
    )
