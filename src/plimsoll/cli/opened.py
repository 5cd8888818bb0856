"""Run one operation on the project in the current folder, from a verb to its end.

Every verb that needs a project comes through here, so that opening, closing and Ctrl-C are the same for all.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import uvloop

import plimsoll
from plimsoll.project import Project

T = TypeVar("T")


def run_in_project(operation: Callable[[Project], Awaitable[T]]) -> T:
    """Open the project in the current folder, run the operation, close the project, return what it returned."""

    async def run() -> T:
        async with plimsoll.open(Path.cwd()) as project:
            return await operation(project)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())
