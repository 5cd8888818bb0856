"""One of several processes that serve a project: `python -m plimsoll.server.running.worker ORDER`, begun by `workers`.

It takes requests from the listener that its parent opened, says when it is ready, and ends with its parent.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from pathlib import Path

import msgspec
import uvloop

from plimsoll.errors import PlimsollError, ProjectError
from plimsoll.project import open as open_project
from plimsoll.server.address import Address
from plimsoll.server.running.order import MACHINE_FAILED, MUST_CHANGE, READY, WorkerOrder
from plimsoll.server.running.serve import serve_on
from plimsoll.server.running.siblings import Siblings


async def work(order: WorkerOrder) -> None:
    """Serve until told to stop, or until the parent has gone."""
    listener, parent = socket.socket(fileno=order.listener), socket.socket(fileno=order.parent)
    parent.setblocking(False)
    siblings = Siblings(Path(order.siblings), order.number)
    this, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert this is not None  # noqa: S101 - a coroutine runs in a task
    async with open_project(order.folder) as project:
        # The parent never writes: what can be read is the end of its life.
        loop.add_reader(parent, this.cancel)
        try:
            address = Address(
                host=order.host,
                port=int(listener.getsockname()[1]),
                allowed_hosts=project.settings.server.allowed_hosts,
            )
            await serve_on(project, listener, address=address, on_ready=lambda: parent.send(READY), siblings=siblings)
        finally:
            loop.remove_reader(parent)
            parent.close()


def main() -> None:
    """Carry out the order on the command line."""
    order = msgspec.json.decode(sys.argv[1], type=WorkerOrder)
    # Before the settings are watched and after, a hang-up must not end the process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    logging.basicConfig(format=f"worker {order.number}: %(message)s", level=logging.WARNING)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, contextlib.suppress(asyncio.CancelledError):
            runner.run(work(order))
    except PlimsollError as error:
        sys.stderr.write(f"worker {order.number}: {error.message} {error.next_step}\n")
        sys.exit(MUST_CHANGE if isinstance(error, ProjectError) else MACHINE_FAILED)


if __name__ == "__main__":
    main()
