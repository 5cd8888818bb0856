"""A provider of models on this machine's loopback that fails on command: a real HTTP server, no mock.

Tests start it with `with Upstream() as upstream` and point a client at `upstream.base_url`. It runs on a thread of its
own, so that it serves synchronous and asynchronous tests alike. It answers chats, embeddings and lists of models in the
OpenAI-compatible shape; it does not stream.
"""

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Self, cast
from weakref import WeakSet

import msgspec
from aiohttp import web

from plimsoll.testing.acting import act_out, send_json
from plimsoll.testing.fault import Fault, FaultKind

_START_SECONDS = 10.0
_REMEMBERED = 10_000
_VECTOR_LENGTH = 4
_TURNS = 5


class SeenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that the server saw."""

    method: str
    """HTTP method."""
    path: str
    """Path of the URL."""
    headers: dict[str, str]
    """Headers, names in lower case."""
    body: dict[str, object]
    """The JSON object that was sent; empty where none was."""


_Answerer = Callable[[SeenRequest], dict[str, object]]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Answer = str | Callable[[SeenRequest], str]
"""What a chat is answered with: a text, or a function of the request."""


class Upstream:
    """A server of models with injected faults.

    `answer` is what it says in chats. `models` is what it lists. Faults queue up with `inject` and are used one a
    request; without one, a request is answered well.
    """

    def __init__(self, answer: Answer = "pong", *, models: tuple[str, ...] = ("test-model",)) -> None:
        """Set what it says; it begins to listen when entered."""
        self.requests: deque[SeenRequest] = deque(maxlen=_REMEMBERED)
        """The requests it saw, oldest first."""
        self.abandoned = 0
        """Requests whose client left before the answer."""
        self._answer = answer
        self._models = models
        self._faults: deque[Fault] = deque()
        self._always: Fault | None = None
        self._changed = threading.Condition()
        self._connections: WeakSet[asyncio.Transport] = WeakSet()
        self._ready = threading.Event()
        self._end: Callable[[], object] = self._ready.clear
        self._thread = threading.Thread(target=self._serve, name="plimsoll-upstream", daemon=True)
        self._port = 0

    @property
    def base_url(self) -> str:
        """Return the address to give to a client, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}/v1"

    def inject(self, *faults: Fault | FaultKind) -> None:
        """Queue faults for the next requests, one each."""
        self._faults.extend(_as_fault(fault) for fault in faults)

    def inject_always(self, fault: Fault | FaultKind | None) -> None:
        """Let every request without a queued fault fail in this way; None ends it."""
        self._always = None if fault is None else _as_fault(fault)

    def wait_for(self, *, requests: int = 0, abandoned: int = 0, seconds: float = 5.0) -> None:
        """Block until at least so many requests were seen and abandoned. Raises TimeoutError.

        From an event loop call it with `asyncio.to_thread`.
        """
        with self._changed:
            if not self._changed.wait_for(
                lambda: len(self.requests) >= requests and self.abandoned >= abandoned, timeout=seconds
            ):
                seen = f"{len(self.requests)} requests, {self.abandoned} abandoned"
                raise TimeoutError(f"After {seconds:g} s the upstream had seen {seen}.")

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
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_post("/v1/chat/completions", self._guarded(self._chat))
        application.router.add_post("/v1/embeddings", self._guarded(self._embed))
        application.router.add_get("/v1/models", self._guarded(self._list))
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(runner, listener).start()
        self._port = int(listener.getsockname()[1])
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
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

    def _guarded(self, answer: _Answerer) -> _Handler:
        """Return a handler that remembers the request, and answers it well or as its fault says."""

        async def respond(request: web.Request) -> web.StreamResponse:
            seen = await _read(request)
            self._remember(request, seen)
            fault = self._faults.popleft() if self._faults else self._always
            try:
                body = answer(seen)
                return send_json(body) if fault is None else await act_out(fault, request, body)
            except (asyncio.CancelledError, ConnectionError):
                self._count_abandoned()
                raise

        return respond

    def _remember(self, request: web.Request, seen: SeenRequest) -> None:
        if request.transport is not None:
            self._connections.add(request.transport)
        with self._changed:
            self.requests.append(seen)
            self._changed.notify_all()

    def _count_abandoned(self) -> None:
        with self._changed:
            self.abandoned += 1
            self._changed.notify_all()

    def _chat(self, seen: SeenRequest) -> dict[str, object]:
        text = self._answer if isinstance(self._answer, str) else self._answer(seen)
        return {
            "id": f"chat-{len(self.requests)}",
            "object": "chat.completion",
            "model": seen.body.get("model", ""),
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        }

    def _embed(self, seen: SeenRequest) -> dict[str, object]:
        texts = cast("list[str]", seen.body.get("input", []))
        rows = [[float(len(text)), *[1.0] * (_VECTOR_LENGTH - 1)] for text in texts]
        return {
            "object": "list",
            "model": seen.body.get("model", ""),
            "data": [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)],
            "usage": {"prompt_tokens": 3 * len(texts), "total_tokens": 3 * len(texts)},
        }

    def _list(self, seen: SeenRequest) -> dict[str, object]:
        return {"object": "list", "data": [{"id": name, "object": "model"} for name in self._models]}


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


def _as_fault(fault: Fault | FaultKind) -> Fault:
    return fault if isinstance(fault, Fault) else Fault(kind=fault)


async def _read(request: web.Request) -> SeenRequest:
    sent = await request.read()
    return SeenRequest(
        method=request.method,
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=msgspec.json.decode(sent, type=dict[str, object]) if sent else {},
    )
