"""The other workers of the same parent, and what each has counted: whichever one is asked for metrics, all answer.

Each worker listens on a Unix socket in a folder that the parent made for them and writes its metrics to whoever
connects. A sibling that does not answer in time is left out: its series have a gap, and none is counted twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from plimsoll.errors import PlimsollError

_SECONDS = 1.0
_MOST_BYTES = 16_000_000
_FAMILY = b"# HELP "


class Siblings:
    """One worker among its siblings."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self._folder = folder

    @contextlib.asynccontextmanager
    async def listening(self, write_metrics: Callable[[], bytes]) -> AsyncGenerator[None]:
        """Answer the others until the block ends."""

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, TimeoutError, PlimsollError):
                async with asyncio.timeout(_SECONDS):
                    writer.write(write_metrics())
                    await writer.drain()
            writer.close()

        place = self._place(self.number)
        # What a worker of this number left behind when it was killed.
        place.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(answer, place)
        try:
            yield
        finally:
            server.close()
            place.unlink(missing_ok=True)

    async def ask_others(self) -> list[bytes]:
        """Return the metrics of every other worker that answers in time."""
        own = self._place(self.number)
        others = [place for place in sorted(self._folder.glob("*.sock")) if place != own]
        answers = await asyncio.gather(*[_ask(place) for place in others])
        return [answer for answer in answers if answer]

    def _place(self, number: int) -> Path:
        return self._folder / f"{number}.sock"


async def _ask(place: Path) -> bytes:
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_unix_connection(place)
            try:
                # `read(n)` returns what has come, `readexactly` raises at the end with all that came before it.
                await reader.readexactly(_MOST_BYTES)
            except asyncio.IncompleteReadError as ended:
                return ended.partial
            finally:
                writer.close()
    except (OSError, TimeoutError):
        pass
    return b""


def merge_metrics(texts: Sequence[bytes]) -> bytes:
    """Return several texts in Prometheus's format as one: the samples of a family stand together, under one heading."""
    families: dict[bytes, list[bytes]] = {}
    for text in texts:
        for block in text.split(_FAMILY)[1:]:
            help_line, type_line, samples = block.split(b"\n", 2)
            families.setdefault(_FAMILY + help_line + b"\n" + type_line + b"\n", []).append(samples)
    return b"".join(heading + b"".join(samples) for heading, samples in families.items())
