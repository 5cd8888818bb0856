"""Prunes what began before the year 2026, or erases a person, and kills itself at a counted statement or commit.

Run with the database's URL, the number (0 for none) and, to erase, the person.
"""

import asyncio
import sys
from datetime import UTC, datetime

from plimsoll.records import SystemClock
from plimsoll.store import Store
from plimsoll.traces import Keep, Traces

from flow.traces.write_until_killed import Steps


async def main(url: str, *, last: int, subject: str) -> None:
    """Prune or erase."""
    store = await Store.open(url, schema="traces", clock=SystemClock())
    Steps(last).listen()
    if subject:
        await Traces(store).erase(subject)
    else:
        await Traces(store).prune(Keep(since=datetime(2026, 1, 1, tzinfo=UTC)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], last=int(sys.argv[2]), subject=sys.argv[3]))
