"""Real web servers for tests of pages: on loopback, or at an address that counts as public."""

import asyncio
import gzip
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import pytest
from aiohttp import web

PUBLIC = "198.20.0.1"
"""An address of the public internet that no test asks for otherwise."""


class Answering:
    """A server's answers by path; `statuses` and `inward` change what some of them say."""

    def __init__(self, *, inward: str = "/page") -> None:
        self.inward = inward
        self.asked: list[str] = []
        self.statuses: dict[str, int] = {}
        self.robots = "User-agent: *\nDisallow: /secret\n"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.path.removeprefix("/")
        self.asked.append(path)
        if path in self.statuses:
            return web.Response(status=self.statuses[path])
        if path == "robots.txt":
            return web.Response(text=self.robots)
        if path.isdigit():
            raise web.HTTPFound(f"/{int(path) - 1}" if int(path) > 1 else "/page")
        if path == "slow":
            await asyncio.Event().wait()
        if path == "cut":
            return await _break_off(request)
        return self._plain(path)

    def _plain(self, path: str) -> web.Response:
        moves = {"loop": "/loop", "inward": self.inward, "elsewhere": "ftp://example.com/"}
        if path in moves:
            return web.Response(status=302, headers={"Location": moves[path]})
        if path == "large":
            return web.Response(text="x" * 5_000)
        if path == "unpacked":
            packed = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
            return web.Response(body=gzip.compress(b"x" * 5_000_000), headers=packed)
        return web.Response(text=f"The page {path} holds.")


async def _break_off(request: web.Request) -> web.StreamResponse:
    """Promise more than is sent."""
    reply = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "text/html"})
    await reply.prepare(request)
    await reply.write(b"half")
    if request.transport is not None:
        request.transport.close()
    return reply


@asynccontextmanager
async def site(answering: Answering, *, host: str = "127.0.0.1") -> AsyncGenerator[str]:
    """Serve the answers, and yield the address of the server."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answering.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def public_address() -> Generator[str]:
    """Give this machine a public address for a while; skip where that is not allowed."""
    change = ["ip", "addr", "add", f"{PUBLIC}/32", "dev", "lo"]
    try:
        done = subprocess.run(change, capture_output=True, text=True, check=False, timeout=10)
    except FileNotFoundError:
        pytest.skip("needs the command `ip`")
    if done.returncode:
        pytest.skip(f"needs the right to add an address: {done.stderr.strip()}")
    try:
        yield PUBLIC
    finally:
        subprocess.run([*change[:2], "del", *change[3:]], check=True, timeout=10)
