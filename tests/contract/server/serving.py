"""A real server over a real project on an ephemeral port, with a real client, for tests that speak HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from starlette.routing import BaseRoute

import plimsoll
from plimsoll.project import Project, write_project
from plimsoll.records import SystemClock
from plimsoll.server import Address, Limits, LiveFeed, Pace, WarmUp, build_app, listen, serve_app

SOON = 30.0


class Reply(NamedTuple):
    """A response that was read to its end."""

    status: int
    text: str
    headers: Mapping[str, str]
    path: str

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object."""
        return json.loads(self.text)


class Client:
    """A caller with cookies of its own."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._http = http

    async def get(self, path: str, **options: Any) -> Reply:
        """Send a GET."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Reply:
        """Send a POST."""
        return await self.call("POST", path, **options)

    async def call(self, method: str, path: str, **options: Any) -> Reply:
        """Send a request and read its response."""
        async with self._http.request(method, self.url + path, **options) as response:
            return Reply(response.status, await response.text(), response.headers, response.url.path_qs)


class Served(Client):
    """A server that listens, and a client of it."""

    def __init__(
        self, url: str, http: aiohttp.ClientSession, *, project: Project, serving: "asyncio.Task[None]"
    ) -> None:
        super().__init__(url, http)
        self.project = project
        self.keys = project.keys
        self.serving = serving


@asynccontextmanager
async def opened_client() -> AsyncGenerator[aiohttp.ClientSession]:
    """Open a client that keeps cookies as a browser does."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


@asynccontextmanager
async def open_new_project(folder: Path) -> AsyncGenerator[Project]:
    """Write the template's project into the folder, where none is, and open it with the embedded models."""
    path = folder / "shop"
    if not path.exists():
        write_project(path)
    async with plimsoll.open(path, environ={}) as project:
        yield project


@asynccontextmanager
async def served(
    folder: Path,
    routes: Sequence[BaseRoute] = (),
    *,
    limits: Limits | None = None,
    allowed: tuple[str, ...] = (),
    pace: Pace | None = None,
) -> AsyncGenerator[Served]:
    """Serve a project, with these routes beside its own, until the block ends."""
    limits = limits or Limits()
    async with open_new_project(folder) as project, opened_client() as http:
        listener = listen("127.0.0.1", 0)
        address = Address(port=listener.getsockname()[1], allowed_hosts=allowed)
        warm_up = WarmUp(project)
        live = LiveFeed(project, SystemClock(), pace)
        app = build_app(project, address=address, limits=limits, warm_up=warm_up, routes=routes, live=live)
        ready = asyncio.Event()
        serving = asyncio.ensure_future(
            serve_app(app, listener, limits=limits, on_ready=ready.set, on_stopping=live.close)
        )
        await asyncio.wait_for(ready.wait(), SOON)
        try:
            yield Served(address.url, http, project=project, serving=serving)
        finally:
            serving.cancel()
            await asyncio.wait({serving}, timeout=SOON)
            await warm_up.close()
