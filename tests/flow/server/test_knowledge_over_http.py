"""The knowledge pages and their twins: what is held, by whom it may be read, and why a search finds what it does."""

from pathlib import Path

import pytest
from sqlalchemy import update

from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.records import SystemClock
from plimsoll.store import Store

from contract.server.serving import Served, open_new_project, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
PAGE = {"accept": "text/html"}
QUESTION = "How long do customers have to return an item?"
RETURNS = "documents/returns.md"
NEW_SOURCE = """
[knowledge.docs.sources.notes]
kind = "folder"
paths = ["notes"]
max_age = "7d"
"""


async def bearer(server: Served, name: str, **options: object) -> dict[str, str]:
    key = await server.keys.create(name, **options)  # pyright: ignore[reportArgumentType]
    return {"authorization": f"Bearer {key.secret.reveal()}"}


async def keep_for_finance(folder: Path) -> None:
    """Leave the document about returns to one group."""
    store = await Store.open(f"sqlite:///{folder / 'shop/.plimsoll/state.db'}", schema="state", clock=SystemClock())
    change = update(DOCUMENTS).where(DOCUMENTS.c.source == RETURNS).values(readers=["group:finance"])
    await store.write(lambda connection: connection.execute(change))
    await store.close()


async def declare_notes(folder: Path, count: int) -> None:
    """Give the project a source of so many notes."""
    async with open_new_project(folder) as project:
        settings = project.folder / "plimsoll.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + NEW_SOURCE, encoding="utf-8")
        (project.folder / "notes").mkdir()
        for number in range(count):
            (project.folder / "notes" / f"{number}.md").write_text(f"# Note {number}\n\nNote {number} is short.\n")


async def test_a_corpus_tells_how_it_fares(tmp_path: Path):
    async with served(tmp_path) as server:
        empty = (await server.get("/api/knowledge")).json()["corpora"][0]
        await server.post("/api/ingest", json={})
        full = (await server.get("/api/knowledge")).json()["corpora"][0]
    assert (empty["verdict"], empty["holdings"]["documents"], empty["index"]["state"]) == (None, 0, "none")
    assert (full["verdict"], full["holdings"]["documents"], full["index"]["state"]) == ("holds", 2, "current")
    assert (full["embedding"]["name"], full["problems"]) == ("plimsoll/minilm", [])


async def test_documents_are_paged_and_filtered(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        first = (await server.get("/api/knowledge/docs?limit=1")).json()["page"]
        second = (await server.get("/api/knowledge/docs", params={"limit": 1, "after": first["next"]})).json()["page"]
        found = (await server.get("/api/knowledge/docs?text=SHIP")).json()["page"]
    assert [one["source"] for one in (*first["documents"], *second["documents"])] == [RETURNS, "documents/shipping.md"]
    assert (first["total"], second["next"], found["total"]) == (2, None, 1)


@pytest.mark.parametrize(
    ("query", "choices"), [("state=great", "'stale'"), ("source=wki", "paths"), ("limit=0", ""), ("limit=1001", "")]
)
async def test_what_is_no_choice_names_those_there_are(tmp_path: Path, query: str, choices: str):
    async with served(tmp_path) as server:
        reply = await server.get(f"/api/knowledge/docs?{query}")
    assert reply.status == 400
    assert choices in reply.text


async def test_a_document_comes_with_its_chunks(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        listed = (await server.get("/api/knowledge/docs")).json()["page"]["documents"][0]
        found = (await server.get(f"/api/knowledge/docs/documents/{listed['id']}")).json()
        page = await server.get(f"/knowledge/docs/documents/{listed['id']}", headers=PAGE)
    assert found["document"] == {**listed, "age_seconds": found["document"]["age_seconds"]}
    assert sum(chunk["tokens"] for chunk in found["chunks"]) == listed["tokens"] > 0
    assert all(chunk["text"].splitlines()[0] in page.text for chunk in found["chunks"])


async def test_a_document_for_others_is_as_absent_as_one_that_never_was(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        hidden = (await server.get("/api/knowledge/docs")).json()["page"]["documents"][0]
        await keep_for_finance(tmp_path)
        path = f"/knowledge/docs/documents/{hidden['id']}"
        finance = await bearer(server, "ada", groups=("finance",), scopes=("read",))
        admin = await bearer(server, "root", scopes=("admin",))
        assert (await server.get(f"/api{path}", headers=finance)).status == 200
        refused, absent = (
            await server.get(f"/api{path}", headers=admin),
            await server.get(f"/api{path}x", headers=admin),
        )
        assert (refused.status, refused.text.replace(hidden["id"], "")) == (
            404,
            absent.text.replace(f"{hidden['id']}x", ""),
        )
        assert (await server.get(path, headers=PAGE | admin)).status == 404
        page = await server.get("/knowledge/docs", headers=PAGE | admin)
    assert RETURNS not in page.text
    assert "1 document of this corpus is for other readers" in page.text


async def test_another_tenant_sees_no_document(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        document = (await server.get("/api/knowledge/docs")).json()["page"]["documents"][0]
        other = await bearer(server, "other", tenant="other", scopes=("admin",))
        corpus = (await server.get("/api/knowledge/docs", headers=other)).json()
        found = (await server.get(f"/api/knowledge/docs/bench?q={QUESTION}", headers=other)).json()
        assert (await server.get(f"/api/knowledge/docs/documents/{document['id']}", headers=other)).status == 404
        all_of_them = await server.get("/api/traces", params={"traffic": "all"})
        traces = [trace["name"] for trace in all_of_them.json()["traces"]]
    assert (corpus["page"]["documents"], corpus["page"]["for_others"], corpus["corpus"]["holdings"]["documents"]) == (
        [],
        0,
        0,
    )
    assert traces == ["ingest docs"]
    assert (found["result"]["passages"], found["result"]["finding"]) == ([], "empty")


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/knowledge", "ask"),
        ("/knowledge/docs", "ask"),
        ("/knowledge/docs/documents/x", "ask"),
        ("/knowledge/docs/bench?q=a", "read"),
    ],
)
async def test_each_page_and_its_twin_ask_for_their_scope(tmp_path: Path, path: str, scope: str):
    async with served(tmp_path) as server:
        key = await bearer(server, "narrow", scopes=(scope,))
        replies = [await server.get(prefix + path, headers=PAGE | key) for prefix in ("", "/api")]
    assert [reply.status for reply in replies] == [403, 403]


@pytest.mark.parametrize("path", ["/knowledge/wiki", "/knowledge/wiki/bench?q=a", "/knowledge/wiki/documents/x"])
async def test_an_unknown_corpus_is_not_found(tmp_path: Path, path: str):
    async with served(tmp_path) as server:
        replies = [await server.get(prefix + path, headers=PAGE) for prefix in ("", "/api")]
    assert [reply.status for reply in replies] == [404, 404]
    assert all("docs" in reply.text for reply in replies)


async def test_the_bench_shows_both_legs_the_verdict_and_the_plan(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        query = {"q": QUESTION, "passages": 2, "prefix": "documents/r"}
        found = (await server.get("/api/knowledge/docs/bench", params=query)).json()
        page = await server.get("/knowledge/docs/bench", params=query, headers=PAGE)
        asked = (await server.get("/api/traces", params={"traffic": "operation"})).json()["traces"]
        requests = (await server.get("/api/traces")).json()["traces"]
    best = found["result"]["passages"][0]
    own = found["result"]["found_by"][best["chunk_id"]]
    assert {passage["source"] for passage in found["result"]["passages"]} == {RETURNS}
    assert (own["words_rank"], own["vector_rank"], found["result"]["is_answerable"]) == (1, 1, True)
    assert "<mark>Customers may return an item within 30 days of delivery.</mark>" in page.text
    assert [trace["name"] for trace in asked] == ["bench docs", "bench docs", "ingest docs"]
    assert requests == []


@pytest.mark.parametrize(
    "query", ["q=", "q=a&passages=0", "q=a&widen=all", "q=a&metadata=finance", "q=a&rerank=yes", f"q={'x' * 4_001}"]
)
async def test_a_search_that_means_nothing_says_why(tmp_path: Path, query: str):
    async with served(tmp_path) as server:
        reply = await server.get(f"/api/knowledge/docs/bench?{query}")
        page = await server.get(f"/knowledge/docs/bench?{query}", headers=PAGE)
    assert (reply.status, page.status) == (400, 400)
    assert 'role="alert"' in page.text


async def test_a_link_from_another_site_asks_nothing(tmp_path: Path):
    foreign = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        page = await server.get("/knowledge/docs/bench", params={"q": QUESTION}, headers=PAGE | foreign)
        asked = (await server.get("/api/traces", params={"traffic": "all"})).json()["traces"]
    assert (page.status, [trace["name"] for trace in asked]) == (200, ["ingest docs"])
    assert "came with a link from another site" in page.text


async def test_a_held_source_is_confirmed_by_hand_and_then_synchronised(tmp_path: Path):
    await declare_notes(tmp_path, 4)
    async with served(tmp_path) as server:
        await server.project.knowledge.sync("docs")
        for number in range(3):
            (server.project.folder / "notes" / f"{number}.md").unlink()
        await server.project.knowledge.sync("docs")
        held = (await server.get("/api/knowledge/docs")).json()["corpus"]
        page = await server.get("/knowledge/docs", headers=PAGE)
        state = next(one for one in held["sources"] if one["name"] == "notes")
        order = {"source": "notes", "seen": state["finished_at"]}
        reader = await bearer(server, "reader", scopes=("read",))
        assert (await server.post("/api/knowledge/docs/confirm", json=order, headers=reader)).status == 403
        done = await server.post("/knowledge/docs/confirm", data=order)
        after = (await server.get("/api/knowledge/docs?source=notes")).json()
    assert (held["verdict"], state["is_held"]) == ("falls short", True)
    assert "plimsoll knowledge confirm docs notes" in page.text
    assert "3 removed" in done.text
    assert (after["page"]["total"], after["corpus"]["verdict"]) == (1, "holds")


async def test_what_was_held_since_somebody_looked_is_not_confirmed(tmp_path: Path):
    await declare_notes(tmp_path, 4)
    async with served(tmp_path) as server:
        await server.project.knowledge.sync("docs")
        seen = (await server.get("/api/knowledge/docs")).json()["corpus"]["sources"][-1]["finished_at"]
        for number in range(4):
            (server.project.folder / "notes" / f"{number}.md").unlink()
        await server.project.knowledge.sync("docs")
        late = await server.post("/api/knowledge/docs/confirm", json={"source": "notes", "seen": seen})
        vague = await server.post("/api/knowledge/docs/confirm", json={"source": "notes", "seen": "now"})
        not_held = await server.post("/api/knowledge/docs/confirm", json={"source": "paths", "seen": seen})
        documents = (await server.get("/api/knowledge/docs?source=notes")).json()["page"]["total"]
    assert (late.status, vague.status, not_held.status, documents) == (400, 400, 404, 4)
    assert "synchronised again" in late.json()["error"]["message"]
