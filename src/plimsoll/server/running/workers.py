"""Several processes that serve one project on one listener: started, watched, started again when one ends.

`plimsoll serve` calls `serve_with_workers`. The parent takes no request itself; every worker is a fresh process, never
a fork, since threads and event loops do not survive one.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from plimsoll.records import Clock, SystemClock
from plimsoll.server.address import Address, listen
from plimsoll.server.limits import Limits
from plimsoll.server.running.order import MACHINE_FAILED, MUST_CHANGE, READY, WorkerOrder
from plimsoll.server.running.restart import MOST_ENDS, Restarts

_START_SECONDS = 120.0
_CLOSING_SECONDS = 25.0
"""What a worker may take beyond its last request: it writes its ledger and its traces."""
_LOG = logging.getLogger("plimsoll.server")


async def serve_with_workers(
    folder: Path, *, address: Address, count: int, limits: Limits, announce: Callable[[str], None]
) -> int:
    """Serve with so many processes until SIGINT or SIGTERM; return the exit code.

    `announce` is told the address once all of them take requests. SIGHUP has them read their settings again.
    Raises AddressInUse, InvalidSettings: nothing can listen there.
    """
    with listen(address.host, address.port) as listener, TemporaryDirectory(prefix="plimsoll-") as meeting:
        bound = msgspec.structs.replace(address, port=int(listener.getsockname()[1]))
        order = WorkerOrder(
            number=0, folder=str(folder), host=address.host, siblings=meeting, listener=listener.fileno(), parent=-1
        )
        crew = Crew(listener, order, stop_seconds=limits.shutdown_seconds + _CLOSING_SECONDS)
        return await crew.serve(count, on_ready=lambda: announce(bound.url))


class Crew:
    """The workers of one parent."""

    def __init__(
        self, listener: socket.socket, order: WorkerOrder, *, stop_seconds: float, clock: Clock | None = None
    ) -> None:
        """Take what the workers serve on, and what all of them are told."""
        self._listener = listener
        self._order = order
        self._stop_seconds = stop_seconds
        self._clock = clock or SystemClock()
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._ready: set[int] = set()
        self._has_new_ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._code = 0

    async def serve(self, count: int, *, on_ready: Callable[[], None]) -> int:
        """Keep so many workers running until told to stop; return 0, or what the first failure calls for."""
        with self._signals():
            keeping = [asyncio.create_task(self._keep(number)) for number in range(1, count + 1)]
            starting = asyncio.create_task(self._tell_when_ready(count, on_ready))
            await self._stopping.wait()
            starting.cancel()
            # Or else new connections would wait in its queue for nobody.
            self._listener.close()
            self._send(signal.SIGTERM)
            _, late = await asyncio.wait(keeping, timeout=self._stop_seconds)
            if late:
                _LOG.error("%d workers did not end within %g s and are killed.", len(late), self._stop_seconds)
                self._code = self._code or MACHINE_FAILED
                self._send(signal.SIGKILL)
            await asyncio.gather(starting, *keeping, return_exceptions=True)
        return self._code

    async def _tell_when_ready(self, count: int, on_ready: Callable[[], None]) -> None:
        while len(self._ready) < count:
            await self._has_new_ready.wait()
            self._has_new_ready.clear()
        on_ready()

    async def _keep(self, number: int) -> None:
        """Start a worker, and again each time that it ends, until stopping or giving up."""
        restarts = Restarts()
        while not self._stopping.is_set():
            code = await self._run(number)
            if self._stopping.is_set():
                is_well = code in {0, -signal.SIGTERM}
                self._code = self._code or (0 if is_well else MACHINE_FAILED)
                return
            wait = None if code == MUST_CHANGE else restarts.wait_after_end(self._clock.monotonic())
            if wait is None:
                self._give_up(number, code)
                return
            _LOG.warning("Worker %d ended (%s); it is started again in %g s.", number, describe_code(code), wait)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()

    async def _run(self, number: int) -> int:
        """Run a worker to its end; return its exit code, negative for a signal."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        order = msgspec.structs.replace(self._order, number=number, parent=theirs.fileno())
        with ours:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "plimsoll.server.running.worker", msgspec.json.encode(order).decode()),
                    stdin=asyncio.subprocess.DEVNULL,
                    pass_fds=(order.listener, order.parent),
                    # Ctrl-C reaches the parent alone, which then asks every worker to finish.
                    start_new_session=True,
                )
            self._running[number] = process
            if self._stopping.is_set():
                process.send_signal(signal.SIGTERM)
            watching = asyncio.create_task(self._watch_start(number, process, ours))
            try:
                return await process.wait()
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                del self._running[number]
                self._ready.discard(number)

    async def _watch_start(self, number: int, process: asyncio.subprocess.Process, ours: socket.socket) -> None:
        """Note when a worker is ready; kill one that is not in time."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                said = await asyncio.get_running_loop().sock_recv(ours, len(READY))
        except TimeoutError:
            _LOG.error("Worker %d was not ready within %g s and is killed.", number, _START_SECONDS)
            process.kill()
        else:
            if said == READY:
                self._ready.add(number)
                self._has_new_ready.set()

    def _give_up(self, number: int, code: int) -> None:
        why = "its settings must change" if code == MUST_CHANGE else f"{MOST_ENDS} times within a minute"
        _LOG.error("Worker %d ended (%s), %s; the server stops.", number, describe_code(code), why)
        self._code = code if code == MUST_CHANGE else MACHINE_FAILED
        self._stopping.set()

    @contextlib.contextmanager
    def _signals(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        handlers = {
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop_or_hurry,
            signal.SIGHUP: self._have_settings_read,
        }
        for number, act in handlers.items():
            loop.add_signal_handler(number, act)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self._stopping.set()

    def _stop_or_hurry(self) -> None:
        """Stop; at the second Ctrl-C have the workers drop what is in flight."""
        if self._stopping.is_set():
            self._send(signal.SIGINT)
        self._stopping.set()

    def _have_settings_read(self) -> None:
        # One that is not ready yet reads them anyway, and does not listen for this signal.
        self._send(signal.SIGHUP, to=self._ready)

    def _send(self, what: signal.Signals, *, to: set[int] | None = None) -> None:
        for number, process in self._running.items():
            if (to is None or number in to) and process.returncode is None:
                process.send_signal(what)


def describe_code(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    return f"signal {-code}, {signal.strsignal(-code) or 'unknown'}"
