"""A real server of ours in front of an upstream that speaks the real wires, for tests that speak HTTP or use an SDK."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import plimsoll
from plimsoll.project import SETTINGS_FILE, Project
from plimsoll.server import Address, Limits, WarmUp, build_app, listen, serve_app
from plimsoll.testing import Upstream

from contract.server.serving import SOON, Served, opened_client

KEY = "sk-the-providers-own-secret"
SETTINGS = """
[project]
name = "shop"

[providers.up]
base_url = "{url}"
api_key_env = "UP_KEY"
{up}

[models.default]
model = "up/test-model"

[models.fast]
model = "up/test-model"
retries = 0
input_usd_per_million = 1.0
output_usd_per_million = 2.0
"""


@asynccontextmanager
async def opened_project(folder: Path, upstream: Upstream, *, settings: str, up: str) -> AsyncGenerator[Project]:
    """Open a project whose model `fast` is the upstream's, with further settings of its provider and at the end."""
    (folder / SETTINGS_FILE).write_text(SETTINGS.format(url=upstream.base_url, up=up) + settings, encoding="utf-8")
    async with plimsoll.open(folder, environ={"UP_KEY": KEY}) as project:
        yield project


@asynccontextmanager
async def fronted(
    folder: Path,
    upstream: Upstream,
    settings: str = "",
    *,
    up: str = "",
    limits: Limits | None = None,
    allowed: Sequence[str] = (),
) -> AsyncGenerator[Served]:
    """Serve such a project until the block ends."""
    limits = limits or Limits()
    async with opened_project(folder, upstream, settings=settings, up=up) as project, opened_client() as http:
        listener = listen("127.0.0.1", 0)
        address = Address(port=listener.getsockname()[1], allowed_hosts=tuple(allowed))
        app = build_app(project, address=address, limits=limits, warm_up=WarmUp(project))
        ready = asyncio.Event()
        serving = asyncio.ensure_future(serve_app(app, listener, limits=limits, on_ready=ready.set))
        await asyncio.wait_for(ready.wait(), SOON)
        try:
            yield Served(address.url, http, project=project, serving=serving)
        finally:
            serving.cancel()
            await asyncio.wait({serving}, timeout=SOON)
