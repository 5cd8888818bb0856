"""Every kind of source keeps one promise: it lists what there is, fetches it, and says when it cannot."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from plimsoll.errors import InvalidSettings, SourceUnavailable
from plimsoll.knowledge import (
    Columns,
    GitSource,
    Listing,
    RecordSource,
    RowFile,
    RowQuery,
    Source,
    WebLimits,
    WebSource,
)
from plimsoll.records import Secret

COLUMNS = Columns(id="id", text="body", title="subject", modified_at="at", readers="who", metadata=("lang", "stars"))
ROW: dict[str, object] = {
    "id": 7,
    "body": "It holds.",
    "subject": "A rule",
    "at": "2024-05-01",
    "who": "user:ada",
    "lang": "en",
    "stars": 3,
}


def listed(source: Source, scratch: Path, known: dict[str, str] | None = None) -> Listing:
    return asyncio.run(source.list(known=known or {}, scratch=scratch))


def records(path: Path, rows: list[dict[str, object]]) -> RecordSource:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return RecordSource("tickets", RowFile(path, kind="jsonl", most_rows=10), columns=COLUMNS)


def test_a_row_is_a_document_with_its_title_readers_moment_and_metadata(tmp_path: Path) -> None:
    source = records(tmp_path / "rows.jsonl", [ROW])
    [item] = listed(source, tmp_path).items
    assert (item.name, item.title, item.readers) == ("tickets#7", "A rule", ("user:ada",))
    assert (item.metadata, str(item.modified_at)) == ({"lang": "en", "stars": 3.0}, "2024-05-01 00:00:00+00:00")
    assert asyncio.run(source.fetch(item, scratch=tmp_path)).read_text(encoding="utf-8") == "It holds."


@pytest.mark.parametrize("broken", [{"id": None}, {"body": " "}, {"who": ""}, {"who": "nobody"}, {"id": 7}])
def test_a_row_that_says_not_enough_is_passed_over_and_named(tmp_path: Path, broken: dict[str, object]) -> None:
    found = listed(records(tmp_path / "rows.jsonl", [ROW, ROW | broken]), tmp_path)
    assert [item.name for item in found.items] == ["tickets#7"]
    assert "Row 2 of 'tickets' was passed over" in found.notes[0]


def test_rows_without_the_column_of_readers_are_refused(tmp_path: Path) -> None:
    rows = [{name: value for name, value in ROW.items() if name != "who"}]
    with pytest.raises(InvalidSettings, match="has no column 'who'; it has 'at', 'body', 'id'"):
        listed(records(tmp_path / "rows.jsonl", rows), tmp_path)


def test_a_half_written_file_and_too_many_rows_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 1, "bo', encoding="utf-8")
    with pytest.raises(SourceUnavailable, match="line 1"):
        RowFile(path, kind="jsonl", most_rows=5).read()
    with pytest.raises(InvalidSettings, match="more than 10 rows"):
        listed(records(path, [ROW | {"id": number} for number in range(11)]), tmp_path)


def test_a_csv_file_is_read_by_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('id,body,who\n1,"a, b",public\n', encoding="utf-8")
    columns = Columns(id="id", text="body", readers="who")
    source = RecordSource("rows", RowFile(tmp_path / "rows.csv", kind="csv", most_rows=5), columns=columns)
    assert [item.name for item in listed(source, tmp_path).items] == ["rows#1"]


def query(path: Path, text: str, *, seconds: float = 5.0) -> RowQuery:
    return RowQuery(text, url=lambda: Secret(f"sqlite:///{path}"), most_rows=5, seconds=seconds)


def test_a_query_is_read_only_bounded_and_has_a_deadline(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE items (id INTEGER, at TEXT)")
        connection.execute("INSERT INTO items VALUES (1, '12:30')")
    assert query(path, "SELECT * FROM items WHERE at = '12:30'").read() == [{"id": 1, "at": "12:30"}]
    with pytest.raises(SourceUnavailable, match="readonly"):
        query(path, "DELETE FROM items RETURNING id").read()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    with pytest.raises(SourceUnavailable, match="interrupted"):
        query(path, endless, seconds=0.1).read()
    with pytest.raises(InvalidSettings, match="more than 5 rows"):
        query(path, f"{endless.rsplit('SELECT', 1)[0]} SELECT x FROM n LIMIT 9").read()
    with pytest.raises(SourceUnavailable, match="There is no database"):
        query(tmp_path / "none.db", "SELECT 1").read()


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True, timeout=30)


def test_a_repository_is_read_at_a_commit_and_not_as_it_lies_there(tmp_path: Path) -> None:
    folder = tmp_path / "handbook"
    folder.mkdir()
    git(folder, "init")
    (folder / "a b.md").write_text("# One", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "one", "--date=2024-01-01T00:00:00Z")
    (folder / "a b.md").write_text("# Two", encoding="utf-8")
    source = GitSource("book", folder, ref="main", paths=(), fetches=False, seconds=10)
    [item] = listed(source, tmp_path).items
    assert (item.name, item.modified_at is not None) == ("git:book/a b.md", True)
    assert asyncio.run(source.fetch(item, scratch=tmp_path)).read_text(encoding="utf-8") == "# One"
    with pytest.raises(SourceUnavailable, match="git rev-parse"):
        listed(GitSource("book", folder, ref="gone", paths=(), fetches=False, seconds=10), tmp_path)


def test_a_repository_is_asked_for_news_where_that_is_declared(tmp_path: Path) -> None:
    remote, local = tmp_path / "remote", tmp_path / "local"
    remote.mkdir()
    git(remote, "init")
    (remote / "a.md").write_text("# One", encoding="utf-8")
    git(remote, "add", ".")
    git(remote, "commit", "-m", "one")
    git(tmp_path, "clone", str(remote), str(local))
    (remote / "b.md").write_text("# Two", encoding="utf-8")
    git(remote, "add", ".")
    git(remote, "commit", "-m", "two")

    def names(*, ref: str, fetches: bool) -> list[str]:
        source = GitSource("book", local, ref=ref, paths=(), fetches=fetches, seconds=20)
        return [item.name for item in listed(source, tmp_path).items]

    assert names(ref="origin/main", fetches=False) == ["git:book/a.md"]
    assert names(ref="origin/main", fetches=True) == ["git:book/a.md", "git:book/b.md"]
    assert names(ref="HEAD", fetches=True) == ["git:book/a.md"], "what is checked out is moved by nobody else"
    shutil.rmtree(remote)
    with pytest.raises(SourceUnavailable, match="git fetch"):
        names(ref="origin/main", fetches=True)


@asynccontextmanager
async def site(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def answer(request: web.Request) -> web.StreamResponse:
    path = request.path
    if path == "/robots.txt":
        return web.Response(text="User-agent: *\nDisallow: /*.secret$")
    if path == "/moved":
        raise web.HTTPFound("/page")
    if path == "/page" and request.headers.get("If-None-Match") == '"1"':
        return web.Response(status=304)
    if path in {"/page", "/x.secret"}:
        return web.Response(text="<p>Hello</p>", content_type="text/html", headers={"ETag": '"1"'})
    return web.Response(status=503 if path == "/down" else 404, text="x" * 100)


def test_pages_are_asked_politely_and_only_again_when_they_changed(tmp_path: Path) -> None:
    async def walk() -> None:
        async with site(answer) as base:
            urls = [f"{base}/{path}" for path in ("page", "moved", "gone", "down", "x.secret")]
            source = WebSource(urls, limits=WebLimits(allow_private=True))
            first = await source.list(known={}, scratch=tmp_path)
            assert [item.name for item in first.items] == urls[:2]
            assert first.unreached == set(urls[3:])
            assert any("robots.txt does not allow it" in note for note in first.notes)
            again = await source.list(known={urls[0]: first.items[0].version}, scratch=tmp_path)
            assert [item.place == "" for item in again.items] == [True, False]

    asyncio.run(walk())


def test_pages_inside_the_network_are_refused_unless_allowed(tmp_path: Path) -> None:
    async def walk() -> None:
        async with site(answer) as base:
            for url in (f"{base}/page", base.replace("127.0.0.1", "localhost") + "/page", "http://169.254.169.254/"):
                with pytest.raises(SourceUnavailable, match="private address"):
                    await WebSource([url], limits=WebLimits(page_seconds=5)).list(known={}, scratch=tmp_path)

    asyncio.run(walk())
