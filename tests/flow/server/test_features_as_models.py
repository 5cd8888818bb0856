"""A feature under the name `plimsoll/<feature>`, asked on every wire as if it were a model."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from plimsoll.testing import Fault, FaultKind, Upstream

from contract.gateway.fronted import fronted
from contract.server.serving import Served

pytestmark = pytest.mark.anyio
FEATURES = """
from pydantic import BaseModel

from plimsoll import Answer, Failures, Feature, Question


class Ticket(BaseModel):
    subject: str
    body: str


class Label(BaseModel):
    label: str


answers = Feature("answers", input=Question, output=Answer, prompt="prompts/answers.md", model="fast",
                  on=Failures(timeout="abstain"))
sorts = Feature("sorts", input=Ticket, output=Label, prompt="prompts/sorts.md", model="fast")
"""
SAYS = '{"answer": "Thirty days.", "quotes": [], "abstained": false}'
ASKED = {"model": "plimsoll/answers", "messages": [{"role": "user", "content": "How long?"}]}


@asynccontextmanager
async def with_features(folder: Path, upstream: Upstream, **options: Any) -> AsyncGenerator[Served]:
    """Serve a project with two features whose model is the upstream's."""
    for name, text in (("features/all.py", FEATURES), ("prompts/answers.md", "{{ input.text }}")):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "prompts/sorts.md").write_text("{{ input.subject }}: {{ input.body }}", encoding="utf-8")
    async with fronted(folder, upstream, **options) as server:
        yield server


async def test_a_feature_answers_a_chat_with_its_outcome_beside_it(tmp_path: Path):
    with Upstream(SAYS) as upstream:
        async with with_features(tmp_path, upstream) as server:
            reply = await server.post("/v1/chat/completions", json=ASKED)
            trace = await server.get(f"/api/traces/{reply.headers['x-plimsoll-trace-id']}")
    completion = reply.json()
    assert completion["choices"][0]["message"]["content"] == "Thirty days."
    assert completion["choices"][0]["finish_reason"] == "stop"
    assert completion["model"] == reply.headers["x-plimsoll-model"] == "plimsoll/answers"
    assert completion["plimsoll"]["outcome"] == "answered"
    assert completion["plimsoll"]["cost_usd"] == pytest.approx(25e-6)
    assert completion["usage"] == {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    assert trace.json()["summary"]["outcome"] == "answered"


async def test_a_feature_answers_on_the_other_wires(tmp_path: Path):
    with Upstream(SAYS) as upstream:
        async with with_features(tmp_path, upstream) as server:
            message = (await server.post("/v1/messages", json=ASKED | {"max_tokens": 100})).json()
            response = (await server.post("/v1/responses", json={"model": ASKED["model"], "input": "How long?"})).json()
    assert message["content"] == [{"type": "text", "text": "Thirty days."}]
    assert message["stop_reason"] == "end_turn"
    assert response["output"][0]["content"][0]["text"] == "Thirty days."
    assert message["plimsoll"]["outcome"] == response["plimsoll"]["outcome"] == "answered"


@pytest.mark.parametrize(
    ("wire", "asked", "last"),
    [
        ("chat/completions", ASKED, "[DONE]"),
        ("messages", ASKED | {"max_tokens": 100}, '{"type":"message_stop"}'),
        ("responses", {"model": ASKED["model"], "input": "How long?"}, '"type":"response.completed"'),
    ],
)
async def test_a_feature_streams_its_answer(tmp_path: Path, *, wire: str, asked: dict[str, Any], last: str):
    with Upstream(SAYS) as upstream:
        async with with_features(tmp_path, upstream) as server:
            reply = await server.post(f"/v1/{wire}", json=asked | {"stream": True})
    events = [event for event in reply.text.split("\n\n") if event]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert "Thirty days." in reply.text
    assert last in events[-1]


async def test_a_feature_that_fails_answers_with_its_message(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=401))
        async with with_features(tmp_path, upstream) as server:
            reply = await server.post("/v1/chat/completions", json=ASKED)
    completion = reply.json()
    assert (reply.status, completion["plimsoll"]["outcome"]) == (200, "failed")
    assert completion["choices"][0]["message"]["content"]
    assert completion["choices"][0]["finish_reason"] == "stop"


async def test_a_feature_of_several_fields_takes_them_as_json(tmp_path: Path):
    fields = {"subject": "Screen", "body": "It is dark."}
    asked = {"model": "plimsoll/sorts", "messages": [{"role": "user", "content": json.dumps(fields)}]}
    prose = {"model": "plimsoll/sorts", "messages": [{"role": "user", "content": "My screen is dark."}]}
    with Upstream('{"label": "hardware"}') as upstream:
        async with with_features(tmp_path, upstream) as server:
            sorted_ = await server.post("/v1/chat/completions", json=asked)
            refused = await server.post("/v1/chat/completions", json=prose)
            unknown = await server.post("/v1/chat/completions", json=prose | {"model": "plimsoll/sort"})
    assert sorted_.json()["choices"][0]["message"]["content"] == '{"label":"hardware"}'
    assert refused.status == 400
    assert "'subject'" in refused.json()["error"]["message"]
    assert unknown.status == 404
    assert "plimsoll/sorts" in unknown.json()["error"]["message"]


async def test_asking_a_feature_needs_its_own_scope(tmp_path: Path):
    with Upstream(SAYS) as upstream:
        async with with_features(tmp_path, upstream, allowed=("ai.example.com",)) as server:
            found: dict[str, tuple[int, list[str]]] = {}
            for scope in ("ask", "models", "read"):
                key = (await server.keys.create(scope, scopes=(scope,))).secret.reveal()
                bearer = {"authorization": f"Bearer {key}"}
                asked = await server.post("/v1/chat/completions", json=ASKED, headers=bearer)
                listed = (await server.get("/v1/models", headers=bearer)).json().get("data", [])
                found[scope] = (asked.status, [card["id"] for card in listed])
    assert found == {
        "ask": (200, ["plimsoll/answers", "plimsoll/sorts"]),
        "models": (403, ["default", "fast"]),
        "read": (403, []),
    }
