"""Serves a project on this machine's loopback for the length of a block, as `plimsoll serve` does. For users' tests.

The server runs on a thread of its own, so that synchronous and asynchronous tests can call it alike.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

import uvloop

from plimsoll.project import open as open_project
from plimsoll.server import serve

_SECONDS = 30.0
_HOST = "127.0.0.1"


@contextmanager
def serving(folder: Path | str = ".", *, environ: Mapping[str, str] | None = None) -> Generator[str]:
    """Serve the project in the folder and yield its address, `http://127.0.0.1:PORT`, once it listens.

    The port is free and another each time. OpenAI's SDK takes the address with `/v1` behind it, Anthropic's takes it as
    it is. `environ` stands in for the process's environment, in which `plimsoll.toml` finds the providers' keys.

    Raises:
        NoProject, InvalidSettings, InvalidFeature, StoreUnavailable: as `plimsoll.open` does.
        TimeoutError: the server did not start, or did not stop, within 30 s.

    """
    server = _Server(Path(folder), os.environ if environ is None else environ)
    server.start()
    try:
        yield server.wait_for_address()
    finally:
        server.stop()


class _Server:
    """A thread that serves one project until it is told to stop."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self._address: Future[str] = Future()
        self._ended: Future[None] = Future()
        # Until there is a task to cancel, a server that was given up finds its announcement refused, and ends.
        self._cancel: Callable[[], object] = self._address.cancel
        self._thread = threading.Thread(target=self._run, name="plimsoll-serving", daemon=True)

    def start(self) -> None:
        """Begin to open the project."""
        self._thread.start()

    def wait_for_address(self) -> str:
        """Return the address once the server listens; raises what kept it from listening."""
        return self._address.result(_SECONDS)

    def stop(self) -> None:
        """Let the server finish what it does and end; raises what ended it before."""
        if sys.is_finalizing():
            return  # a block that was never left: its thread is dead already, with the interpreter
        with suppress(RuntimeError):  # its loop is closed where it ended before, which the next line tells
            self._cancel()
        self._ended.result(_SECONDS)
        self._thread.join(_SECONDS)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except asyncio.CancelledError:
            self._ended.set_result(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread of the block
            if not self._address.done():
                self._address.set_exception(error)
            self._ended.set_exception(error)

    async def _serve(self) -> None:
        loop, serving = asyncio.get_running_loop(), asyncio.current_task()
        assert serving is not None  # noqa: S101 - a coroutine runs in a task
        self._cancel = lambda: loop.call_soon_threadsafe(serving.cancel)
        async with open_project(self._folder, environ=self._environ) as project:
            await serve(project, host=_HOST, port=0, announce=self._address.set_result)
