"""Serves an open project: checks the address, listens, warms up in the background, runs until told to stop."""

import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from starlette.routing import BaseRoute

from plimsoll.project import Project, Settings
from plimsoll.records import Clock, SystemClock
from plimsoll.server.address import Address, check_address, listen
from plimsoll.server.api.metrics import write_metrics
from plimsoll.server.app import assemble
from plimsoll.server.auth import Sessions
from plimsoll.server.door.door import Door
from plimsoll.server.door.table import open_door
from plimsoll.server.limits import Limits
from plimsoll.server.live import LiveFeed
from plimsoll.server.recent import RecentAnswers
from plimsoll.server.routes import all_routes
from plimsoll.server.running.collecting import collecting_seldom
from plimsoll.server.running.run import serve_app
from plimsoll.server.running.schedules import kept_on_schedule
from plimsoll.server.running.siblings import Siblings
from plimsoll.server.running.upkeep import kept_current, kept_tidy
from plimsoll.server.running.warm import WarmUp
from plimsoll.server.state import ServerState

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
        await serve_on(project, listener, address=address, on_ready=lambda: announce(address.url))


async def serve_on(
    project: Project,
    listener: socket.socket,
    *,
    address: Address,
    on_ready: Callable[[], object],
    siblings: Siblings | None = None,
) -> None:
    """Serve the project on an open listener until SIGINT or SIGTERM, alone or as one of several workers.

    What needs to be done once is done by the first worker. Others load the embedding model at the first question only.
    """
    limits = read_limits(project.settings)
    is_first = siblings is None or siblings.number == 1
    warm_up = WarmUp(project, is_lazy=not is_first)
    live = LiveFeed(project, SystemClock())
    app = build_app(project, address=address, limits=limits, warm_up=warm_up, siblings=siblings, live=live)
    warm_up.begin()
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(collecting_seldom())
            await stack.enter_async_context(kept_current(project))
            if is_first:
                await stack.enter_async_context(kept_tidy(project))
                await stack.enter_async_context(kept_on_schedule(project))
            if siblings is not None:
                own = partial(write_metrics, project, worker=siblings.number)
                await stack.enter_async_context(siblings.listening(own))
            await serve_app(app, listener, limits=limits, on_ready=on_ready, on_stopping=live.close)
    finally:
        await warm_up.close()


def build_app(
    project: Project,
    *,
    address: Address,
    limits: Limits,
    warm_up: WarmUp,
    clock: Clock | None = None,
    routes: Sequence[BaseRoute] = (),
    siblings: Siblings | None = None,
    live: LiveFeed | None = None,
) -> Door:
    """Return the application that serves the project at the address, with these routes beside its own.

    Whoever stops it closes `live` first: the streams of open pages would not end by themselves.
    """
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
        siblings=siblings,
        live=live or LiveFeed(project, clock),
    )
    return open_door(assemble([*all_routes(), *routes], state), state)


def read_limits(settings: Settings) -> Limits:
    """Return the bounds that `[limits]` of plimsoll.toml asks for.

    A feature's own deadline comes first: it ends in an outcome, the server's only in an error.
    """
    wanted = settings.limits
    return Limits(
        concurrent_requests=wanted.concurrent_requests,
        concurrent_calls=wanted.concurrent_calls,
        request_seconds=wanted.request_seconds + _GRACE_SECONDS,
        upload_bytes=wanted.max_body_mb * _MEGABYTE,
    )
