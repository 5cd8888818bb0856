"""Ingests a folder with an embedder that stops at a word, and says so: a process to be killed in the middle."""

import asyncio
import sys
import threading
from pathlib import Path

from flow.knowledge.opened import opened
from unit.knowledge.scripted_embedder import ScriptedEmbedder


async def main(root: Path, url: str | None, index: Path | None) -> None:
    """Ingest `root/docs` and stop for good at the word `stop`."""
    embedder = ScriptedEmbedder(stop_at="stop")
    threading.Thread(
        target=lambda: (embedder.stopped.wait(), sys.stdout.write("stopped\n"), sys.stdout.flush()), daemon=True
    ).start()
    async with opened(root, embedder, url=url, index=index) as corpus:
        await corpus.ingest(["docs"], root=root)


if __name__ == "__main__":
    url, index = sys.argv[2:] if len(sys.argv) > 2 else (None, None)
    asyncio.run(main(Path(sys.argv[1]), url, Path(index) if index else None))
