"""Pages of a real server: what is too large, redirects too far or inward, is forbidden, gone, or cannot be reached."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from plimsoll.errors import SourceUnavailable
from plimsoll.knowledge import Corpus, DeclaredSource, Listing, SyncReport, WebLimits, WebSource
from plimsoll.records import Principal

from contract.knowledge.sites import Answering, public_address, site
from flow.knowledge.opened import opened


def listed(folder: Path, *paths: str, answering: Answering | None = None, seconds: float = 20) -> Listing:
    """Return what a source of one good page and these lists."""

    async def walk() -> Listing:
        async with site(answering or Answering()) as base:
            limits = WebLimits(allow_private=True, page_seconds=seconds, page_bytes=2_000)
            # One page is always there: where none can be read, the source as a whole is unavailable.
            source = WebSource([f"{base}/page", *(f"{base}/{path}" for path in paths)], limits=limits)
            return await source.list(known={}, scratch=folder)

    return asyncio.run(walk())


@pytest.mark.parametrize(
    ("path", "because"),
    [
        ("large", "it has more than 0.002 MB"),
        ("unpacked", "it has more than 0.002 MB"),
        ("loop", "it redirects more than 5 times"),
        ("6", "it redirects more than 5 times"),
        ("down", "the server answered 503"),
        ("closed", "the server answered 403"),
        ("elsewhere", "'ftp://example.com/' is no address of a page"),
        ("secret", "its robots.txt does not allow it"),
        ("cut", "payload is not completed"),
    ],
)
def test_a_page_that_cannot_be_read_stays_as_it_is_and_says_why(tmp_path: Path, path: str, because: str) -> None:
    answering = Answering()
    answering.statuses = {"down": 503, "closed": 403}
    found = listed(tmp_path, path, answering=answering)
    assert (len(found.items), len(found.unreached)) == (1, 1)
    assert because in found.notes[0]


def test_a_page_that_does_not_come_in_time_stays_as_it_is(tmp_path: Path) -> None:
    found = listed(tmp_path, "slow", seconds=2)
    assert (len(found.items), len(found.unreached)) == (1, 1)
    assert "no answer within 2 s" in found.notes[0]


def test_as_many_redirects_as_are_allowed_lead_to_the_page(tmp_path: Path) -> None:
    found = listed(tmp_path, "5")
    assert (len(found.items), found.unreached) == (2, frozenset())


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_without_rules_allows_everything(tmp_path: Path, status: int) -> None:
    answering = Answering()
    answering.statuses = {"robots.txt": status}
    assert len(listed(tmp_path, "secret", answering=answering).items) == 2


def test_a_server_whose_rules_cannot_be_read_is_asked_for_nothing_else(tmp_path: Path) -> None:
    answering = Answering()
    answering.statuses = {"robots.txt": 500}
    with pytest.raises(SourceUnavailable, match="the server answered 500 for robots"):
        listed(tmp_path, answering=answering)
    assert answering.asked == ["robots.txt"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/page",
        "http://127。0。0。1:{port}/page",
        "http://localhost:{port}/page",
        "http://[::ffff:127.0.0.1]:{port}/page",
    ],
)
def test_a_public_page_cannot_redirect_into_the_network(tmp_path: Path, target: str) -> None:
    inside = Answering()

    async def walk(host: str) -> None:
        async with site(inside) as private:
            moved = target.format(port=private.rpartition(":")[2])
            async with site(Answering(inward=moved), host=host) as public:
                urls = [f"{public}/page", f"{public}/inward"]
                found = await WebSource(urls, limits=WebLimits(page_seconds=20)).list(known={}, scratch=tmp_path)
                assert [item.name for item in found.items] == urls[:1]
                assert "private address" in found.notes[0]

    with public_address() as host:
        asyncio.run(walk(host))
    assert inside.asked == []


def synced(folder: Path, walk: Callable[[Corpus, Answering], Awaitable[None]]) -> None:
    """Synchronise eight pages of a real server, and walk on."""
    answering = Answering()

    async def run() -> None:
        async with site(answering) as base:
            urls = [f"{base}/page-{name}" for name in "abcdefgh"]
            source = WebSource(urls, limits=WebLimits(allow_private=True, page_seconds=20))
            async with opened(folder, sources=[DeclaredSource(name="site", source=source)]) as corpus:
                assert (await sync(corpus)).result == "synced"
                await walk(corpus, answering)

    asyncio.run(run())


async def sync(corpus: Corpus) -> SyncReport:
    [report] = await corpus.sync()
    return report


async def pages(corpus: Corpus) -> str:
    """Return the last letters of the pages that answer, in order."""
    found = await corpus.retrieve("Which page holds?", passages=20, caller=Principal.local())
    return "".join(sorted(passage.source[-1] for passage in found.passages))


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_from_its_server_answers_no_more(tmp_path: Path, status: int) -> None:
    async def walk(corpus: Corpus, answering: Answering) -> None:
        answering.statuses = {"page-b": status}
        report = (await sync(corpus)).report
        assert report is not None
        assert (report.removed, report.unchanged) == (1, 7)
        assert await pages(corpus) == "acdefgh"

    synced(tmp_path, walk)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_page_that_cannot_be_reached_answers_on(tmp_path: Path, status: int) -> None:
    async def walk(corpus: Corpus, answering: Answering) -> None:
        answering.statuses = {"page-b": status}
        report = await sync(corpus)
        assert (report.result, report.report is not None and report.report.removed) == ("synced", 0)
        assert f"the server answered {status}" in report.notes[0]
        assert await pages(corpus) == "abcdefgh"

    synced(tmp_path, walk)


def test_a_server_that_is_down_or_forgot_everything_changes_nothing(tmp_path: Path) -> None:
    async def walk(corpus: Corpus, answering: Answering) -> None:
        for status, result in ((503, "unreachable"), (404, "held")):
            answering.statuses = {f"page-{name}": status for name in "abcdefgh"}
            assert (await sync(corpus)).result == result
            assert await pages(corpus) == "abcdefgh"
        await corpus.confirm("site")
        assert (await sync(corpus)).result == "synced"
        assert await pages(corpus) == ""

    synced(tmp_path, walk)
