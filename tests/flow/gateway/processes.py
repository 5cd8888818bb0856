"""Servers as real processes, for tests that stop, kill and count them; a Redis of a test's own."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

ROOT = Path(__file__).parents[3]
_KEYS = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "MISTRAL_", "GROQ_", "DEEPSEEK_", "OPENROUTER_", "OLLAMA_")
_START_SECONDS = 60.0
_ADDRESS = re.compile(r"Plimsoll serves on (\S+)")
CHAT = "/v1/chat/completions"


class Running(NamedTuple):
    """A server that listens."""

    url: str
    process: "asyncio.subprocess.Process"
    log: Path

    @property
    def said(self) -> str:
        """Return what it has written to standard error."""
        return self.log.read_text(encoding="utf-8")

    async def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 40)

    def workers(self) -> dict[int, int]:
        """Return the process ids of its workers by their numbers; none of a process that has just ended."""
        found: dict[int, int] = {}
        for child in _read_of_process(f"{self.process.pid}/task/{self.process.pid}/children").split():
            number = re.search(rb'"number":(\d+)', _read_of_process(f"{int(child)}/cmdline"))
            if number is not None:
                found[int(number[1])] = int(child)
        return found


def _read_of_process(name: str) -> bytes:
    """Return what the kernel says of a process; nothing once it has ended."""
    try:
        return Path("/proc", name).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@asynccontextmanager
async def running(folder: Path, *arguments: str, name: str = "server") -> AsyncGenerator[Running]:
    """Run `plimsoll serve` on a free port until the block ends; it must have listened within a minute."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(_KEYS)}
    log = folder / f"{name}.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "plimsoll", "serve", "--port", "0", *arguments),
            cwd=folder,
            env=inherited | {"PYTHONPATH": str(ROOT / "src"), "UP_KEY": "sk-up", "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        address = await asyncio.wait_for(_read_address(process), _START_SECONDS)
        server = Running(address, process, log)
        assert address, f"the server did not start: {server.said}"
        yield server
        await server.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _read_address(process: "asyncio.subprocess.Process") -> str:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if found := _ADDRESS.search(line.decode()):
            return found[1]
    return ""


@contextmanager
def own_redis(port: int, folder: Path) -> Generator["subprocess.Popen[bytes]"]:
    """Run a Redis that keeps nothing on disk until the block ends."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on at present."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Ended(NamedTuple):
    """How a call ended."""

    status: int
    code: str


async def call(http: aiohttp.ClientSession, url: str, *, model: str = "fast", key: str = "none") -> Ended:
    """Call a model once; a connection that broke is status 0."""
    asked = {"model": model, "messages": [{"role": "user", "content": "ping"}], "max_tokens": 10}
    try:
        async with http.post(url + CHAT, json=asked, headers={"authorization": f"Bearer {key}"}) as response:
            body = await response.json()
            return Ended(response.status, body.get("error", {}).get("code") or "")
    except (aiohttp.ClientError, ConnectionError):
        return Ended(0, "broken")
