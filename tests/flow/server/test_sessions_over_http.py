"""Conversations over HTTP: turns by a header, shown to whom their traces are."""

from pathlib import Path

import pytest

from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
QUESTION = {"text": "How long do customers have to return an item?"}


async def test_requests_that_name_a_session_are_its_turns(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        for session in ("chat-17", "chat-18", "chat-17"):
            await server.post("/v1/features/docs_answer", json=QUESTION, headers={"x-plimsoll-session": session})
        await server.post("/v1/features/docs_answer", json=QUESTION)
        listed = (await server.get("/api/sessions")).json()["sessions"]
        talk = (await server.get("/api/sessions/chat-17")).json()
        page = await server.get("/sessions/chat-17", headers={"accept": "text/html"})
        missing = await server.get("/api/sessions/chat-99")
    assert [(one["id"], one["turns"], one["failed"]) for one in listed] == [("chat-17", 2, 0), ("chat-18", 1, 0)]
    assert talk["turns"][0]["started_at"] < talk["turns"][1]["started_at"]
    assert page.text.count(f"/traces/{talk['turns'][0]['trace_id']}") == 1
    assert missing.status == 404


async def test_a_session_too_long_is_refused(tmp_path: Path):
    async with served(tmp_path) as server:
        headers = {"x-plimsoll-session": "x" * 201}
        assert (await server.post("/v1/features/docs_answer", json=QUESTION, headers=headers)).status == 400
