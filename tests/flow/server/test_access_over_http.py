"""Two callers of different groups, each with a key of their own: nothing of the one's documents reaches the other."""

import json
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from plimsoll.project import TrialAsked, write_project
from plimsoll.records import Principal
from plimsoll.server import Pace
from plimsoll.server.routes import all_routes

from contract.server.serving import Reply, Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
SOURCE = """
[knowledge.docs.sources.rows]
kind = "jsonl"
path = "rows.jsonl"
[knowledge.docs.sources.rows.columns]
id = "id"
text = "text"
title = "title"
readers = "readers"
"""
ROWS = {
    "pay": ("Zephyrine", "Salaries are paid on the 25th of each month, says the Zephyrine table."),
    "law": ("Quillon", "Contracts are kept for ten years in the Quillon archive."),
}
QUESTIONS = {"pay": "When are salaries paid each month?", "law": "How long are contracts kept in the archive?"}
BRIEF = Pace(look_seconds=0.05, life_seconds=0.2)
"""Streams end, so that every path can be read to its end."""
SCOPES = ("ask", "models", "read", "ingest")


def write_rows(project: Path, readers: dict[str, Sequence[str]]) -> None:
    rows = [
        {"id": name, "text": text, "title": f"{secret} page", "readers": list(readers[name])}
        for name, (secret, text) in ROWS.items()
    ]
    (project / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


class Member:
    """A caller with a key, over HTTP."""

    def __init__(self, server: Served, key: str) -> None:
        self._server = server
        self._headers = {"authorization": f"Bearer {key}"}

    async def get(self, path: str) -> Reply:
        return await self._server.get(path, headers=self._headers)

    async def post(self, path: str, sent: dict[str, Any]) -> Reply:
        return await self._server.post(path, json=sent, headers=self._headers)

    async def ask(self, question: str) -> dict[str, Any]:
        return (await self.post("/api/ask", {"text": question})).json()


@asynccontextmanager
async def company(folder: Path) -> AsyncGenerator[tuple[Served, dict[str, Member]]]:
    """Serve documents of two groups, and make a key for a member of each and for an administrator of neither."""
    project = folder / "shop"
    write_project(project)
    settings = (project / "plimsoll.toml").read_text(encoding="utf-8")
    (project / "plimsoll.toml").write_text(settings + SOURCE, encoding="utf-8")
    write_rows(project, {"pay": ("group:pay",), "law": ("group:law",)})
    async with served(folder, pace=BRIEF) as server:
        assert [report.result for report in await server.project.knowledge.sync()] == ["synced"] * 2
        pay = await server.keys.create("pay", groups=("pay",), scopes=SCOPES)
        law = await server.keys.create("law", groups=("law",), scopes=SCOPES)
        chief = await server.keys.create("chief", scopes=("admin",))
        keys = {"pay": pay, "law": law, "chief": chief}
        yield server, {name: Member(server, key.secret.reveal()) for name, key in keys.items()}


def filled(path: str, ids: dict[str, str]) -> str:
    """Return the route's path with what it asks for."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: ids[found[1]], path)


async def test_each_is_answered_from_their_own_documents_only(tmp_path: Path):
    async with company(tmp_path) as (_, members):
        for group, other in (("pay", "law"), ("law", "pay")):
            mine = await members[group].ask(QUESTIONS[group])
            assert (mine["outcome"], mine["citations"][0]["title"]) == ("answered", f"{ROWS[group][0]} page")
            for asker in (other, "chief"):
                theirs = await members[asker].ask(QUESTIONS[group])
                assert ROWS[group][0] not in json.dumps(theirs)
                assert theirs["citations"] == []


@pytest.mark.parametrize("path", ["/v1/features/docs_answer", "/v1/chat/completions"])
async def test_no_other_door_leads_to_them(tmp_path: Path, path: str):
    question = QUESTIONS["pay"]
    sent = {"text": question, "model": "plimsoll/docs_answer", "messages": [{"role": "user", "content": question}]}
    if path.startswith("/v1/features"):
        sent = {"text": question}
    async with company(tmp_path) as (_, members):
        mine, theirs = await members["pay"].post(path, sent), await members["law"].post(path, sent)
    assert (mine.status, theirs.status) == (200, 200)
    assert "Zephyrine" in mine.text
    assert "Zephyrine" not in theirs.text


async def prepare_trial(server: Served) -> str:
    """Return the id of a trial whose answers come from documents that only `pay` may read."""
    asker = Principal(id="user:payroll", tenant="local", groups=frozenset({"pay"}), scopes=frozenset({"admin", "ask"}))
    asked = TrialAsked(feature="docs_answer", text=QUESTIONS["pay"])
    return (await server.project.playground.prepare(asked, caller=asker)).id


async def test_no_page_and_no_route_shows_them_to_another(tmp_path: Path):
    async with company(tmp_path) as (server, members):
        trace_id = (await members["pay"].ask(QUESTIONS["pay"]))["trace_id"]
        (document,) = [one for one in await server.project.knowledge.documents("docs") if "pay" in one.readers[0]]
        ids = {"trace_id": trace_id, "corpus": "docs", "document_id": document.id, "name": "docs_answer"}
        ids |= {"run_id": (await server.project.evals.run("docs_answer")).id, "feature": "docs_answer"}
        ids["trial_id"] = await prepare_trial(server)
        ids["session"] = "chat-17"
        ids["span_id"] = (await server.project.traces.get(trace_id)).spans[0].span_id
        paths = [filled(route.path, ids) for route in all_routes() if isinstance(route, Route)]
        paths += ["/api/traces?text=salaries", "/api/knowledge/docs?text=pay", "/knowledge/docs/bench?q=salaries"]
        paths += ["/api/knowledge/docs/bench?q=salaries"]
        for path in paths:
            for member in (members["law"], members["chief"]):
                shown = await member.get(path)
                assert "Zephyrine" not in shown.text, path
                assert document.source not in shown.text, path
        assert trace_id not in (await members["law"].get("/api/traces?limit=500")).text
        assert (await members["law"].get(f"/api/traces/{trace_id}")).status == 404
        assert (await members["law"].get(f"/ask/{trace_id}")).status == 404


async def test_who_asked_sees_their_own_trace_and_everyone_those_of_open_documents(tmp_path: Path):
    async with company(tmp_path) as (_, members):
        closed = (await members["pay"].ask(QUESTIONS["pay"]))["trace_id"]
        opened = (await members["chief"].ask("How long do customers have to return an item?"))["trace_id"]
        mine = (await members["pay"].get(f"/api/traces/{closed}")).json()
        listed = {one["trace_id"] for one in (await members["law"].get("/api/traces")).json()["traces"]}
    assert "Zephyrine" in json.dumps(mine)
    assert listed & {closed, opened} == {opened}


async def test_a_reader_who_was_taken_away_is_told_nothing_more(tmp_path: Path):
    async with company(tmp_path) as (server, members):
        before = await members["pay"].ask(QUESTIONS["pay"])
        write_rows(tmp_path / "shop", {"pay": ("group:board",), "law": ("group:law",)})
        await server.project.knowledge.sync(sources=["rows"])
        after = await members["pay"].ask(QUESTIONS["pay"])
    assert before["outcome"] == "answered"
    assert (after["outcome"], after["citations"]) == ("abstained", [])
    assert "Zephyrine" not in json.dumps(after)
