"""Embeds a corpus with a second model and kills itself at a counted step, as `sync_until_killed` does.

Run with the project's folder, the database's URL, the index folder and the step, 0 for none.
"""

import asyncio
import sys
from pathlib import Path

from flow.knowledge.opened import opened
from flow.knowledge.sync_until_killed import Steps
from unit.knowledge.scripted_embedder import ScriptedEmbedder


async def main(root: Path, url: str, index: Path, *, last: int) -> None:
    """Embed with green beside blue."""
    blue, green = ScriptedEmbedder("blue"), ScriptedEmbedder("green", dimensions=48)
    async with opened(root, blue, url=url, index=index, models={"blue": blue, "green": green}) as corpus:
        Steps(last).listen()
        await corpus.migration.embed("green")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), last=int(sys.argv[4])))
