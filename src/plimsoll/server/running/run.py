"""Runs the application on uvicorn: takes the socket, says when it is ready, finishes requests in flight when it stops.

`plimsoll serve` calls it. One process, one event loop; behind a proxy run one for each machine.
"""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from plimsoll.server.limits import Limits
from plimsoll.server.running.protocol import Http

_KEEP_ALIVE_SECONDS = 15


class _Server(uvicorn.Server):
    """A uvicorn server that says when it listens, and stops on a signal without raising it again.

    Uvicorn would re-raise SIGTERM once it has stopped and so end the process before the project is closed.
    """

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], object], on_stopping: Callable[[], object]
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stopping = on_stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stopping()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        stopping = (signal.SIGINT, signal.SIGTERM)
        for number in stopping:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in stopping:
                loop.remove_signal_handler(number)


async def serve_app(
    app: ASGIApp,
    listener: socket.socket,
    *,
    limits: Limits,
    on_ready: Callable[[], object],
    on_stopping: Callable[[], object] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until cancelled; then finish what is in flight within `shutdown_seconds`.

    `on_stopping` ends what would go on for ever.
    """
    config = uvicorn.Config(
        app,
        http=Http,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(limits.shutdown_seconds),
    )
    server = _Server(config, on_ready, on_stopping)
    serving = asyncio.ensure_future(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    finally:
        listener.close()
