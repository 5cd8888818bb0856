"""What people say of answers over HTTP: kept under their name, changed when they change their mind, theirs to erase."""

from pathlib import Path
from typing import Any

import pytest

from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
MISSING = "f" * 32


async def ask(server: Served) -> str:
    """Return the trace of an answer."""
    return (await server.post("/api/ask", json={"text": "When?"})).json()["trace_id"]


async def header(server: Served, scope: str, tenant: str = "local") -> dict[str, str]:
    key = await server.keys.create(f"{tenant} {scope}", scopes=(scope,), tenant=tenant)
    return {"authorization": f"Bearer {key.secret.reveal()}"}


async def scores_of(server: Served, trace_id: str) -> list[dict[str, Any]]:
    return (await server.get(f"/api/traces/{trace_id}")).json()["scores"]


async def test_a_person_says_what_an_answer_was_worth_and_their_last_word_counts(tmp_path: Path):
    async with served(tmp_path) as server:
        about = {"trace_id": await ask(server), "user": "user:ada"}
        first = await server.post("/v1/feedback", json=about | {"value": False, "comment": "Mail ada@example.com"})
        (kept,) = await scores_of(server, about["trace_id"])
        await server.post("/v1/feedback", json=about | {"value": True})
        await server.post("/v1/feedback", json=about | {"value": 0.5, "user": "user:bob"})
        changed = await scores_of(server, about["trace_id"])
        found = (await server.get("/api/traces?score=helpful%3Dpass")).json()["traces"]
    assert (first.status, first.json()["score"]["value"]) == (200, 0.0)
    assert (kept["by"], kept["source"], kept["passed"]) == ("user:ada", "user", False)
    assert kept["reason"] == "Mail [email]"
    assert [(one["value"], one["by"]) for one in changed] == [(1.0, "user:ada"), (0.5, "user:bob")]
    assert [one["trace_id"] for one in found] == [about["trace_id"]]


async def test_an_erased_person_leaves_a_verdict_without_name_or_words(tmp_path: Path):
    async with served(tmp_path) as server:
        about = {"trace_id": await ask(server), "user": "user:ada", "comment": "I wrote this."}
        await server.post("/v1/feedback", json=about | {"label": "wrong_source"})
        assert await server.project.erase("user:ada") == 1
        (left,) = await scores_of(server, about["trace_id"])
    assert (left["by"], left["reason"], left["label"]) == ("", "", "wrong_source")


async def test_feedback_comes_from_an_app_and_is_about_an_answer_of_its_tenant(tmp_path: Path):
    async with served(tmp_path) as server:
        trace_id = await ask(server)
        said, statuses = {"trace_id": trace_id, "value": True}, dict[str, int]()
        for scope in ("ask", "models", "telemetry", "read", "ingest"):
            statuses[scope] = (await server.post("/v1/feedback", json=said, headers=await header(server, scope))).status
        foreign = await server.post("/v1/feedback", json=said, headers=await header(server, "ask", "other"))
        missing = await server.post("/v1/feedback", json=said | {"trace_id": MISSING})
    assert statuses == {"ask": 200, "models": 200, "telemetry": 200, "read": 403, "ingest": 403}
    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.json()["error"]["message"].replace(trace_id, MISSING) == missing.json()["error"]["message"]


async def test_feedback_that_means_nothing_is_refused_with_what_to_send(tmp_path: Path):
    wrong: dict[str, dict[str, object]] = {
        "neither a value nor a label": {},
        "value=5.0 is not true, false or a number from 0 to 1": {"value": 5},
        "not of the declared shape": {"value": "good"},
        "unknown field `stars`": {"value": True, "stars": 5},
        "'was it good?' cannot be the name or the label of a score": {"value": True, "name": "was it good?"},
        "'a dog called Rex' cannot be the name or the label": {"label": "a dog called Rex"},
        "'xyz' is no trace id": {"value": True, "trace_id": "xyz"},
    }
    async with served(tmp_path) as server:
        about = {"trace_id": await ask(server)}
        for message, said in wrong.items():
            reply = await server.post("/v1/feedback", json=about | said)
            assert (reply.status, message in reply.json()["error"]["message"]) == (400, True), reply.json()
        assert await scores_of(server, about["trace_id"]) == []
