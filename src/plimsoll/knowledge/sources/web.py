"""A source of web pages: a list of addresses, asked for politely and only again when they changed.

Links are not followed. robots.txt is respected on every hop; `web_client` does the asking.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from plimsoll.errors import SourceUnavailable
from plimsoll.knowledge.parse import is_known_format
from plimsoll.knowledge.sources.row_values import read_http_date
from plimsoll.knowledge.sources.source import Listing, SourceItem
from plimsoll.knowledge.sources.web_client import Page, PageGone, PageUnreached, WebClient, WebLimits

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_MOST_NOTES = 20


class WebSource:
    """Pages by their addresses, which are also their names in answers."""

    kind = "web"

    def __init__(self, urls: Sequence[str], *, limits: WebLimits) -> None:
        self._urls = tuple(dict.fromkeys(urls))
        self._limits = limits

    async def list(self, *, known: Mapping[str, str], scratch: Path) -> Listing:
        """Ask for every page, with the version that is known. One that answers 404 or 410 is gone.

        A page that cannot be reached stays as it is; where none can, the source is unavailable.
        """
        numbers = {url: number for number, url in enumerate(self._urls)}
        reached: dict[str, SourceItem] = {}
        unreached: dict[str, str] = {}

        async def ask(client: WebClient, url: str) -> None:
            try:
                page = await client.read(url, known.get(url, ""))
            except PageGone:
                return
            except PageUnreached as error:
                unreached[url] = str(error)
                return
            reached[url] = await asyncio.to_thread(_keep, page, url, base=scratch / str(numbers[url]))

        await self._ask_all(ask)
        if unreached and not reached:
            first = next(iter(unreached.values()))
            raise SourceUnavailable(
                f"None of {len(self._urls)} pages could be read: {first}.", next_step="Check the addresses."
            )
        notes = [f"{url!r} was not read and stays as it is: {why}." for url, why in sorted(unreached.items())]
        rest = [f"And {len(notes) - _MOST_NOTES} more pages."] if len(notes) > _MOST_NOTES else []
        return Listing(
            items=tuple(reached[url] for url in self._urls if url in reached),
            unreached=frozenset(unreached),
            notes=(*notes[:_MOST_NOTES], *rest),
        )

    async def fetch(self, item: SourceItem, *, scratch: Path) -> Path:
        """Return the file that listing wrote."""
        return Path(item.place)

    async def _ask_all(self, ask: Callable[[WebClient, str], Awaitable[None]]) -> None:
        waiting = iter(self._urls)

        async def work(client: WebClient) -> None:
            for url in waiting:
                await ask(client, url)

        try:
            async with (
                asyncio.timeout(self._limits.total_seconds),
                WebClient(self._limits) as client,
                asyncio.TaskGroup() as group,
            ):
                for _ in range(self._limits.concurrent):
                    group.create_task(work(client))
        except TimeoutError as error:
            raise SourceUnavailable(
                f"{len(self._urls)} pages were not read within {self._limits.total_seconds:g} s.",
                next_step="Raise `total_seconds` of the source in plimsoll.toml, or name fewer pages.",
            ) from error


def _keep(page: Page, url: str, *, base: Path) -> SourceItem:
    modified_at = read_http_date(page.modified)
    if page.content is None:
        return SourceItem(name=url, version=page.version, modified_at=modified_at)
    path = base.with_suffix(_ending(page, url))
    path.write_bytes(page.content)
    return SourceItem(
        name=url,
        version=page.version,
        content_hash=hashlib.sha256(page.content).hexdigest(),
        modified_at=modified_at,
        place=str(path),
    )


def _ending(page: Page, url: str) -> str:
    """Return the ending of the format that the server names, else that of the address, else that of a page."""
    path = PurePosixPath(urlsplit(url).path)
    if page.media_type in {"", "text/plain", "application/octet-stream"} and is_known_format(path):
        return path.suffix.lower()
    return _ENDINGS.get(page.media_type) or (path.suffix.lower() if is_known_format(path) else ".html")
