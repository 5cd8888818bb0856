"""A provider of models on this machine's loopback that fails on command: a real HTTP server, no mock.

Tests start it with `with Upstream() as upstream` and point a client at `upstream.base_url`. It runs on a thread of its
own, so that it serves synchronous and asynchronous tests alike. What it says stands in `speaking`, how it fails in
`acting`.
"""

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self
from weakref import WeakSet

import msgspec
from aiohttp import web

from plimsoll.testing.acting import can_strike, send
from plimsoll.testing.fault import Fault, FaultKind
from plimsoll.testing.gate import Gate
from plimsoll.testing.logbook import Logbook
from plimsoll.testing.said import Answer, SaidUsage, Voice
from plimsoll.testing.seen import SeenRequest, read_request
from plimsoll.testing.speaking import SPEAKERS, Speaker

_START_SECONDS = 10.0
_REMEMBERED = 10_000
_TURNS = 5
_LARGEST_REQUEST = 64 * 1024 * 1024
_DEFAULT_USAGE = SaidUsage()


class Upstream:
    """A server of models with injected faults.

    `answer` is what it says in chats, `models` what it lists, `usage` the tokens it claims. It keeps the last
    `remembers` requests. Faults queue up with `inject` and are used one a request; without one, a request is
    answered well.
    """

    def __init__(
        self,
        answer: Answer = "pong",
        *,
        models: tuple[str, ...] = ("test-model",),
        usage: SaidUsage = _DEFAULT_USAGE,
        remembers: int = _REMEMBERED,
    ) -> None:
        """Set what it says; it begins to listen when entered."""
        self._log = Logbook(remembers)
        self._gate = Gate(self._log)
        self._voice = Voice(answer=answer, usage=usage, models=models)
        self._faults: deque[Fault] = deque()
        self._always: dict[tuple[str | None, str | None], Fault] = {}
        self._connections: WeakSet[asyncio.Transport] = WeakSet()
        self._ready = threading.Event()
        self._end: Callable[[], object] = self._ready.clear
        self._thread = threading.Thread(target=self._serve, name="plimsoll-upstream", daemon=True)
        self._port = 0

    @property
    def root_url(self) -> str:
        """Return the address to give to Anthropic's client, which adds `/v1` by itself."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """Return the address to give to every other client, without a slash at the end."""
        return f"{self.root_url}/v1"

    @property
    def requests(self) -> deque[SeenRequest]:
        """Return the requests it saw, oldest first. While requests come in, read `list_requests`."""
        return self._log.requests

    def list_requests(self, *, model: str | None = None, path: str = "") -> tuple[SeenRequest, ...]:
        """Return the requests so far, oldest first: those for a model, those whose path ends like `path`."""
        return tuple(seen for seen in self._log.copy() if model in (None, seen.model) and seen.path.endswith(path))

    @property
    def abandoned(self) -> int:
        """Return the number of requests whose client left before the answer was complete."""
        return self._log.abandoned

    @property
    def open_requests(self) -> int:
        """Return the number of requests in flight now."""
        return self._log.open

    @property
    def most_at_once(self) -> int:
        """Return the highest number of requests that were in flight together."""
        return self._log.most_at_once

    def inject(self, *faults: Fault | FaultKind) -> None:
        """Queue faults for the next requests that can have them, one each."""
        self._faults.extend(_as_fault(fault, None) for fault in faults)

    def inject_always(self, fault: Fault | FaultKind | None, *, model: str | None = None) -> None:
        """Let every request without a queued fault fail in this way; None ends it.

        With `model` this holds for that model alone, so that one server plays a dead primary and a healthy secondary.
        What holds for one model or path goes before what holds for all; None without `model` lifts everything.
        """
        if fault is not None:
            one = _as_fault(fault, model)
            self._always = {**self._always, (one.model, one.path): one}
        else:
            self._always = {key: one for key, one in self._always.items() if model not in (None, one.model)}

    def hold(self) -> None:
        """Let requests that come from now on wait until `release`; they count as seen and open."""
        self._gate.close()

    def release(self) -> None:
        """Answer all that wait now: requests that are held, that hang, and streams that stall.

        Those that begin to wait later need another call; `wait_for(waiting=1)` tells that one does.
        """
        self._gate.open()

    def wait_for(
        self,
        *,
        requests: int = 0,
        abandoned: int = 0,
        waiting: int = 0,
        open_requests: int | None = None,
        seconds: float = 5.0,
    ) -> None:
        """Block until at least so many requests came, were abandoned, and wait for `release`, and so many are open.

        Raises TimeoutError that tells what was seen instead. From an event loop call it with `asyncio.to_thread`.
        """
        log = self._log
        wanted = (requests, abandoned, waiting)
        log.wait(
            lambda: (
                all(have >= want for have, want in zip((log.seen, log.abandoned, log.waiting), wanted, strict=True))
                and open_requests in (None, log.open)
            ),
            seconds,
        )

    def __enter__(self) -> Self:
        """Begin to listen on a free port."""
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError(f"The upstream did not start within {_START_SECONDS:g} s.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut every connection and end the thread."""
        self._end()
        self._thread.join(_START_SECONDS)

    def _serve(self) -> None:
        """Run the server until the test leaves."""
        asyncio.run(self._listen())

    async def _listen(self) -> None:
        application = web.Application(client_max_size=_LARGEST_REQUEST)
        for (method, path), speaker in SPEAKERS.items():
            application.router.add_route(method, path, partial(self._respond, speaker))
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        await web.SockSite(runner, listener, backlog=1_024).start()
        self._port = int(listener.getsockname()[1])
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._gate.bind(loop)
        self._end = partial(loop.call_soon_threadsafe, ended.set)
        self._ready.set()
        await ended.wait()
        # Python 3.11 leaks a connection that is being accepted while its server closes, so accepting ends first.
        loop.remove_reader(listener)
        await _turn(_TURNS)
        await runner.cleanup()
        for connection in self._connections:
            connection.abort()
        await _turn(_TURNS)

    async def _respond(self, speaker: Speaker, request: web.Request) -> web.StreamResponse:
        """Remember a request, and answer it well or as its fault says."""
        seen = await read_request(request, self._log.seen + 1)
        if request.transport is not None:
            self._connections.add(request.transport)
        self._log.begin(seen)
        has_left = False
        try:
            await self._gate.pass_through()
            return await send(speaker(self._voice, seen), self._choose_fault(seen), (request, self._gate))
        except (asyncio.CancelledError, ConnectionError):
            has_left = True
            raise
        finally:
            self._log.end(is_abandoned=has_left)

    def _choose_fault(self, seen: SeenRequest) -> Fault | None:
        """Take the first queued fault that the request can have, else return the nearest that always holds."""
        for fault in tuple(self._faults):
            if can_strike(fault, seen):
                self._faults.remove(fault)
                return fault
        standing = [fault for fault in self._always.values() if can_strike(fault, seen)]
        return max(standing, key=_count_limits, default=None)


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


def _as_fault(fault: Fault | FaultKind, model: str | None) -> Fault:
    one = fault if isinstance(fault, Fault) else Fault(kind=fault)
    return one if model is None else msgspec.structs.replace(one, model=model)


def _count_limits(fault: Fault) -> int:
    """Return to how many things a fault is limited."""
    return (fault.model is not None) + (fault.path is not None)
