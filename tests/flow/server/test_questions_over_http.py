import asyncio
from pathlib import Path

import aiohttp
import pytest

from contract.server.serving import SOON, Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
QUESTION = "How long do customers have to return an item?"


async def test_a_newcomer_goes_from_documents_to_a_cited_answer_and_its_trace(tmp_path: Path):
    async with served(tmp_path) as server:
        report = await server.post("/api/ingest", json={})
        assert report.json()["added"] == 2
        await until_ready(server)
        answer = (await server.post("/api/ask", json={"text": QUESTION})).json()
        assert answer["outcome"] == "answered"
        assert "30 days" in answer["answer"]
        assert answer["citations"][0]["source"] == "documents/returns.md"
        trace = (await server.get(f"/api/traces/{answer['trace_id']}")).json()
        assert trace["summary"]["outcome"] == "answered"
        assert {"retrieve docs", "chat reader"} <= {span["name"] for span in trace["spans"]}
        listed = (await server.get("/api/traces?outcome=answered&text=return")).json()
        assert [one["trace_id"] for one in listed["traces"]] == [answer["trace_id"]]
        assert len((await server.get("/api/knowledge/docs")).json()["page"]["documents"]) == 2
        status = (await server.get("/api/status")).json()
        assert status["features"][0]["traffic"]["outcomes"] == {"answered": 1}


async def test_an_expected_failure_is_an_outcome_and_not_an_http_error(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        reply = await server.post("/v1/features/docs_answer", json={"text": "Who is the king of France?"})
    assert (reply.status, reply.json()["outcome"]) == (200, "abstained")
    assert reply.json()["value"] is None
    assert reply.json()["passages"]


async def test_a_feature_called_wrongly_says_what_is_wrong(tmp_path: Path):
    async with served(tmp_path) as server:
        unknown = await server.post("/v1/features/docs_anser", json={"text": "x"})
        wrong = await server.post("/v1/features/docs_answer", json={"txt": "x"})
        no_json = await server.post("/v1/features/docs_answer", data="x")
    assert unknown.status == 404
    assert "docs_answer" in unknown.json()["error"]["message"]
    assert (wrong.status, no_json.status) == (400, 400)
    assert "text" in wrong.json()["error"]["message"]


async def test_files_that_are_sent_are_read_and_the_broken_ones_named(tmp_path: Path):
    form = aiohttp.FormData()
    form.add_field("file", b"# Opening hours\n\nThe shop opens at nine.\n", filename="hours.md")
    form.add_field("file", b"%PDF-1.4 broken", filename="broken.pdf")
    async with served(tmp_path) as server:
        report = (await server.post("/api/ingest", data=form)).json()
        answer = (await server.post("/api/ask", json={"text": "When does the shop open?"})).json()
    assert report["added"] == 1
    assert [failure["source"] for failure in report["failed"]] == ["documents/uploads/broken.pdf"]
    assert "nine" in answer["answer"]


async def test_an_emptied_folder_is_forgotten_only_when_that_is_confirmed(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        for file in server.project.folder.joinpath("documents").glob("*.md"):
            file.unlink()
        held = await server.post("/api/ingest", json={})
        assert (held.status, held.json()["error"]["code"]) == (409, "needs_confirmation")
        assert "confirm_loss" in str(held.json()["error"])
        confirmed = await server.post("/api/ingest", json={"confirm_loss": True})
    assert (confirmed.status, confirmed.json()["removed"]) == (200, 2)


async def test_nothing_outside_the_project_is_read(tmp_path: Path):
    async with served(tmp_path) as server:
        replies = [await server.post("/api/ingest", json={"paths": [path]}) for path in ("/etc", "..", ".plimsoll")]
    assert [reply.status for reply in replies] == [400, 400, 400]


async def test_another_tenant_sees_neither_traces_nor_documents(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        trace_id = (await server.post("/api/ask", json={"text": QUESTION})).json()["trace_id"]
        key = await server.keys.create("other", tenant="other", scopes=("read", "ask"))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        assert (await server.get(f"/api/traces/{trace_id}", headers=bearer)).status == 404
        assert (await server.get(f"/ask/{trace_id}", headers=bearer)).status == 404
        assert (await server.get("/api/traces", headers=bearer)).json() == {"traces": [], "reached": None}
        assert (await server.get("/api/knowledge/docs", headers=bearer)).json()["page"]["documents"] == []
        answer = (await server.post("/api/ask", json={"text": QUESTION}, headers=bearer)).json()
        assert (answer["outcome"], answer["passages"]) == ("abstained", [])


async def until_ready(server: Served) -> None:
    async with asyncio.timeout(SOON):
        while (await server.get("/health/ready")).status != 200:
            pass
