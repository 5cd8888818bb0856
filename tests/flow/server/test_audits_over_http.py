"""`GET /api/knowledge/{corpus}/audit`: what the last audit found, of the caller's tenant only."""

from pathlib import Path

import pytest
from sqlalchemy import update

from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.records import SystemClock
from plimsoll.store import Store

from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
PAGE = {"accept": "text/html"}


async def keep_for_others(folder: Path) -> None:
    """Leave every document to one group."""
    store = await Store.open(f"sqlite:///{folder / 'shop/.plimsoll/state.db'}", schema="state", clock=SystemClock())
    await store.write(lambda connection: connection.execute(update(DOCUMENTS).values(readers=["group:finance"])))
    await store.close()


async def test_the_last_audit_is_shown_with_its_history(tmp_path: Path):
    async with served(tmp_path) as server:
        assert (await server.get("/api/knowledge/docs/audit")).json() == {"report": None, "history": []}
        next((server.project.folder / "documents").glob("*.md")).write_bytes(b"\xff\xfe\x00")
        await server.project.knowledge.ingest()
        await server.project.knowledge.audit("docs", keep=True)
        shown = (await server.get("/api/knowledge/docs/audit")).json()
        missing = await server.get("/api/knowledge/other/audit")
    assert shown["report"]["counts"] == shown["history"][0]["counts"] == {"unreadable": 1}
    assert (missing.status, missing.json()["error"]["code"]) == (404, "not_found")


async def test_an_audit_names_no_document_that_the_caller_may_not_read(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.project.knowledge.ingest()
        path = next((server.project.folder / "documents").glob("*.md"))
        path.unlink()
        await server.project.knowledge.audit("docs", keep=True)
        mine = [await server.get(f"{prefix}/knowledge/docs/audit", headers=PAGE) for prefix in ("", "/api")]
        await keep_for_others(tmp_path)
        theirs = [await server.get(f"{prefix}/knowledge/docs/audit", headers=PAGE) for prefix in ("", "/api")]
    assert [path.name in reply.text for reply in (*mine, *theirs)] == [True, True, False, False]
    assert "1 gone" in theirs[0].text  # the history's numbers are of the whole corpus


async def test_an_audit_names_no_documents_of_another_tenant(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        await server.project.knowledge.ingest()
        next((server.project.folder / "documents").glob("*.md")).unlink()
        await server.project.knowledge.audit("docs", keep=True)
        mine = (await server.keys.create("ops", scopes=("read",))).secret.reveal()
        theirs = (await server.keys.create("them", scopes=("read",), tenant="acme")).secret.reveal()
        shown = [
            (await server.get("/api/knowledge/docs/audit", headers={"authorization": f"Bearer {key}"})).json()
            for key in (mine, theirs)
        ]
        assert (await server.get("/api/knowledge/docs/audit")).status == 401
    assert [one["report"]["counts"] for one in shown] == [{"gone": 1}, {}]
