"""A process that evaluates the feature of a folder: `python run_evaluation.py FOLDER CONCURRENCY`."""

import asyncio
import sys

import plimsoll
from plimsoll.project import EvalAsked


async def run(folder: str, concurrency: int) -> None:
    """Do it once."""
    async with plimsoll.open(folder, environ={}) as project:
        await project.evals.run("echo", EvalAsked(concurrency=concurrency))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
