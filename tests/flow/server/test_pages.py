import asyncio
from html import unescape
from pathlib import Path

import pytest

from plimsoll.gateway import find_model

from contract.server.serving import SOON, open_new_project, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
PAGE = {"accept": "text/html"}
PAYLOAD = "<img src=x onerror=alert(1)><script>alert(2)</script>"
PAGES = ("/", "/ask", "/traces", "/knowledge")


async def test_an_empty_project_teaches_the_next_command(tmp_path: Path):
    async with served(tmp_path) as server:
        pages = {path: (await server.get(path, headers=PAGE)).text for path in PAGES}
    assert "plimsoll ingest" in pages["/"]
    assert "plimsoll ingest PATH" in pages["/knowledge"]
    assert "plimsoll ask" in pages["/traces"]


@pytest.mark.parametrize(
    "path", ["/api/status", "/api/traces", "/api/knowledge", "/api/knowledge/docs", "/v1/features"]
)
async def test_every_page_has_a_twin_for_programs(tmp_path: Path, path: str):
    async with served(tmp_path) as server:
        reply = await server.get(path)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.json()


async def test_a_question_is_answered_without_javascript(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        reply = await server.post("/ask", data={"text": "How long do customers have to return an item?"})
    assert reply.status == 200
    assert reply.path.startswith("/ask/")
    assert '<a href="#source-1"' in reply.text
    assert "<mark>Customers may return an item within 30 days of delivery.</mark>" in reply.text


async def test_an_answer_can_be_opened_again_after_a_restart(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        reply = await server.post("/ask", data={"text": "How long do customers have to return an item?"})
    async with served(tmp_path) as server:
        again = await server.get(reply.path, headers=PAGE)
    assert again.status == 200
    assert "<mark>Customers may return an item within 30 days of delivery.</mark>" in again.text


@pytest.mark.parametrize("text", ["", "   ", "x" * 8_001])
async def test_a_question_that_is_none_is_asked_for_again(tmp_path: Path, text: str):
    async with served(tmp_path) as server:
        reply = await server.post("/ask", data={"text": text})
    assert reply.status == 400
    assert 'role="alert"' in reply.text


async def test_what_others_wrote_never_becomes_markup(tmp_path: Path):
    async with open_new_project(tmp_path) as project:
        note = project.folder / "documents" / "note.md"
        note.write_text(f"# Title {PAYLOAD}\n\nThe password of the gate is {PAYLOAD} forever.\n", encoding="utf-8")
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        question = f"What is the password of the gate? {PAYLOAD}"
        answer = await server.post("/ask", data={"text": question})
        trace_id = answer.path.removeprefix("/ask/")
        paths = ("/traces", f"/traces/{trace_id}", "/knowledge", f"/traces?text={PAYLOAD}", f"/nowhere/{PAYLOAD}")
        pages = [answer.text, *[(await server.get(path, headers=PAGE)).text for path in paths]]
    assert [page for page in pages if "<img" in page or "<script>" in page] == []
    assert PAYLOAD in unescape(answer.text)


async def test_a_filter_that_does_not_exist_names_the_choices(tmp_path: Path):
    async with served(tmp_path) as server:
        reply = await server.get("/api/traces?outcome=great")
        limit = await server.get("/api/traces?limit=0")
    assert (reply.status, limit.status) == (400, 400)
    assert "'answered'" in reply.json()["error"]["next_step"]


async def test_an_altered_model_is_named_and_does_not_keep_the_server_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    altered = tmp_path / "models" / find_model().name
    altered.mkdir(parents=True)
    (altered / "stamp.json").write_text("{}")
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path))
    async with served(tmp_path) as server, asyncio.timeout(SOON):
        reply = await server.get("/health/ready")
        while reply.json()["checks"][-1]["state"] == "loading":
            reply = await server.get("/health/ready")
        live = await server.get("/health/live")
    check = reply.json()["checks"][-1]
    assert (live.status, reply.status, check["state"]) == (200, 503, "missing")
    assert "plimsoll models install" in check["next_step"]
