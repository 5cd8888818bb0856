"""A process that does what is due in the project of a folder: `python run_schedules.py FOLDER`."""

import asyncio
import sys

import plimsoll


async def run(folder: str) -> None:
    """Do it once."""
    async with plimsoll.open(folder, environ={}) as project:
        await project.schedules.run_due("docs")


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
