"""What an administrator sees of traces that rest on documents they may not read: figures, and not one word."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.routing import Route

from plimsoll.records import Score, Span, SpanEvent
from plimsoll.server import Pace
from plimsoll.server.routes import all_routes

from contract.server.serving import Reply, Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
BRIEF = Pace(look_seconds=0.05, life_seconds=0.2)
WORD = "zorb"
"""Stands in everything that is said; no page may have it."""
CLOSED, OPEN = "c105ed" + "a" * 26, "09e0" + "b" * 28
_NOW_NS = 1_000_000_000


def spans(trace_id: str, start_ns: int, *, is_closed: bool) -> list[Span]:
    """Return a failed request with a word in everything that another program or a person can say."""
    told = {"plimsoll.feature": "docs_answer", "plimsoll.tenant": "local", "plimsoll.subject": f"user:{WORD}"}
    said = {f"plimsoll.{name}": f"{WORD} {name}" for name in ("message", "citations", "service", "release")}
    said |= {"plimsoll.input": f'{{"text": "{WORD} in"}}', "plimsoll.output": f'{{"answer": "{WORD} out"}}'}
    said |= {"plimsoll.session": f"{WORD}-talk", f"{WORD}.key": WORD, "gen_ai.tool.call.arguments": WORD}
    found = json.dumps([{"id": WORD, "source": f"{WORD}.md", "score": 0.5}])
    # Variants are the project's own names, and figures are told by them.
    root = {
        **told,
        **said,
        "plimsoll.variant": "canary-b",
        "plimsoll.kind": "request",
        "plimsoll.outcome": "failed",
        "plimsoll.tags": [f"{WORD}tag"],
    }
    root |= {"plimsoll.retrieval.is_closed": is_closed, "plimsoll.error_class": "model"}
    step = {**told, "plimsoll.kind": "retrieval", "gen_ai.retrieval.documents": found, "plimsoll.input": WORD}
    event = SpanEvent(name=f"{WORD} event", at_ns=start_ns, attributes={f"{WORD}k": WORD})
    common = {"trace_id": trace_id, "events": (event,), "error": f"{WORD} failed", "start_ns": start_ns}
    ends = start_ns + 7_000_000
    return [
        Span(span_id=trace_id[:15] + "1", name=f"feature {WORD}", attributes=root, end_ns=ends, **common),  # pyright: ignore[reportArgumentType]
        Span(
            span_id=trace_id[:15] + "2",
            parent_id=trace_id[:15] + "1",
            name=f"retrieve {WORD} salaries",
            attributes=step,  # pyright: ignore[reportArgumentType]
            end_ns=ends,
            **common,  # pyright: ignore[reportArgumentType]
        ),
    ]


class Reader:
    """A key over HTTP."""

    def __init__(self, server: Served, key: str) -> None:
        self._server, self._headers = server, {"authorization": f"Bearer {key}"}

    async def get(self, path: str) -> Reply:
        return await self._server.get(path, headers=self._headers)

    async def listed(self, query: str = "") -> dict[str, dict[str, object]]:
        reply = await self.get(f"/api/traces?limit=500&{query}")
        assert reply.status == 200, reply.text
        return {one["trace_id"]: one for one in reply.json()["traces"]}


@asynccontextmanager
async def office(folder: Path) -> AsyncGenerator[tuple[Served, dict[str, Reader]]]:
    """Serve one closed trace with its score, to an administrator, a reader, and another tenant's administrator."""
    async with served(folder, pace=BRIEF) as server:
        parts = server.project._parts
        for span in spans(CLOSED, int(parts.clock.now().timestamp()) * _NOW_NS, is_closed=True):
            assert parts.capture.put(span)
        assert await parts.capture.flush()
        given = Score(name="helpful", value=0.25, passed=False, trace_id=CLOSED, label=WORD, by=WORD, reason=WORD)
        await parts.traces.add_scores([given])
        made = {"chief": ("admin", "local"), "reader": ("read", "local"), "foreigner": ("admin", "acme")}
        keys = {name: await server.keys.create(name, scopes=(scope,), tenant=to) for name, (scope, to) in made.items()}
        yield server, {name: Reader(server, key.secret.reveal()) for name, key in keys.items()}


def paths() -> list[str]:
    """Return every path that can be read, about the closed trace where it names one, and each way to ask for it."""
    ids = {"trace_id": CLOSED, "span_id": CLOSED[:15] + "2", "name": "docs_answer", "feature": "docs_answer"}
    ids |= {"corpus": "docs", "session": f"{WORD}-talk"}
    every = [route for route in all_routes() if isinstance(route, Route) and "GET" in (route.methods or ())]
    found = [re.sub(r"\{(\w+)(?::\w+)?\}", lambda asked: ids.get(asked[1], "x"), route.path) for route in every]
    both = f"a={CLOSED}&b={CLOSED}"
    asked = [f"/traces/diff?a={CLOSED}", f"/traces/diff?{both}", f"/api/traces/diff?{both}"]
    asked += [f"/traces/{CLOSED}?step={CLOSED[:15]}{last}" for last in "12"]
    asked += [f"/traces/{CLOSED}?within={CLOSED[:15]}1", f"/api/traces/{CLOSED[:8]}", f"/playground?trace={CLOSED}"]
    asked += [
        "/traces?outcome=failed",
        "/features/docs_answer?window=24h",
        "/api/features/docs_answer",
        "/api/traces?score=helpful%3C0.5",
    ]
    asked += [f"{start}/traces/compare?a=outcome%3Dfailed&b=feature%3Ddocs_answer" for start in ("", "/api")]
    asked += ["/api/live?since=2026-01-01T00:00:00Z"]
    return found + asked


async def test_an_administrator_sees_its_figures_and_no_word_on_any_route(tmp_path: Path):
    async with office(tmp_path) as (_, readers):
        shows: set[tuple[str, str]] = set()
        for path in paths():
            for name, reader in readers.items():
                reply = await reader.get(path)
                assert reply.status < 500 or path == "/health/ready", (path, reply.text)
                shown = reply.text
                asked = path.partition("?")[0].strip("/").split("/")
                said = shown.lower().replace(f"{WORD}-talk", "") if "sessions" in asked else shown.lower()
                assert WORD not in said, (path, name)
                if CLOSED in shown and path.count(CLOSED) == 0:
                    shows.add((name, path.partition("?")[0]))
    expected = {"/api/traces", "/traces", "/features/docs_answer", "/api/features/docs_answer"}
    assert {path for name, path in shows if name == "chief"} >= expected
    assert {name for name, _ in shows} == {"chief"}


async def test_the_form_has_figures_and_says_why_there_is_no_more(tmp_path: Path):
    async with office(tmp_path) as (_, readers):
        whole = (await readers["chief"].get(f"/api/traces/{CLOSED}")).json()
        steps = (await readers["chief"].get(f"/api/traces/{CLOSED}/steps")).json()["steps"]
        pages = [f"/traces/{CLOSED}", f"/ask/{CLOSED}", f"/traces/diff?a={CLOSED}&b={CLOSED}"]
        read = [await readers["chief"].get(path) for path in pages]
        answers = {
            name: (await readers[name].get(f"/api/traces/{CLOSED}{end}")).status
            for name in ("reader", "foreigner")
            for end in ("", "/steps", f"/steps/{CLOSED[:15]}1")
        }
    summary = whole["summary"]
    assert (summary["feature"], summary["outcome"], summary["error_class"]) == ("docs_answer", "failed", "model")
    assert (summary["duration_ms"], summary["span_count"], summary["subject"]) == (7.0, 2, None)
    assert [(one["name"], one["value"]) for one in whole["scores"]] == [("helpful", 0.25)]
    assert (steps[0]["name"], steps[0]["steps"][0]["name"]) == ("feature", "retrieve")
    assert steps[0]["has_error"]
    assert [(page.status, "may read" in page.text) for page in read] == [(200, True)] * 3
    assert set(answers.values()) == {404}
    assert "/playground?trace" not in read[0].text


async def test_its_words_cannot_be_found_by_asking(tmp_path: Path):
    asked = [f"text={WORD}", f"user=user:{WORD}", f"session={WORD}-talk", f"tag={WORD}tag", "text=feature"]
    asked += ["variant=canary-b", f"service={WORD}%20service", f"score=helpful%3D{WORD}"]
    async with office(tmp_path) as (_, readers):
        for query in asked:
            assert CLOSED not in await readers["chief"].listed(query), query
            right, wrong = [await readers["chief"].get(f"/api/traces?{one}") for one in (query, query + "x")]
            assert right.text == wrong.text, query
        for query in ("", "feature=docs_answer", "outcome=failed", "score=helpful%3C0.5", "min_ms=5"):
            assert CLOSED in await readers["chief"].listed(query), query
            assert CLOSED not in await readers["reader"].listed(query), query


async def test_lists_that_leave_it_out_tell_an_administrator_how_many_that_are(tmp_path: Path):
    sides = "a=outcome%3Dfailed&b=1h..now"
    async with office(tmp_path) as (server, readers):
        session = {"x-plimsoll-session": "younger than it"}
        await server.post("/v1/features/docs_answer", json={"text": "What is open?"}, headers=session)
        told = {
            name: [
                (await reader.get("/api/sessions")).json()["withheld"],
                (await reader.get("/api/users?window=1h")).json()["withheld"],
                (await reader.get(f"/api/traces/compare?{sides}")).json()["first"]["withheld"],
                (await reader.get(f"/api/traces/compare?{sides}")).json()["second"]["withheld"],
            ]
            for name, reader in readers.items()
        }
        by_words = (await readers["chief"].get(f"/api/traces/compare?a=user%3Duser:{WORD}&b=1h..now")).json()
        pages = [await readers["chief"].get(path) for path in ("/sessions", "/users", f"/traces/compare?{sides}")]
    assert told == {"chief": [1, 1, 1, 1], "reader": [0] * 4, "foreigner": [0] * 4}
    assert (by_words["first"]["withheld"], by_words["second"]["withheld"]) == (0, 1)
    assert ["content is withheld" in page.text for page in pages] == [True] * 3


async def test_who_asked_sees_all_of_it_and_so_does_everybody_of_an_open_one(tmp_path: Path):
    async with office(tmp_path) as (server, readers):
        parts = server.project._parts
        for span in spans(OPEN, int(parts.clock.now().timestamp()) * _NOW_NS, is_closed=False):
            assert parts.capture.put(span)
        assert await parts.capture.flush()
        shown = [(await readers[name].get(f"/api/traces/{OPEN}")).text for name in ("chief", "reader")]
        found = [await readers[name].listed(f"text={quote(WORD)}") for name in ("chief", "reader")]
        local = (await server.get(f"/api/traces/{CLOSED}")).json()
        at_the_machine = await server.project.traces.get(CLOSED)
    assert [WORD in one for one in shown] == [True, True]
    assert [set(one) for one in found] == [{OPEN}, {OPEN}]
    assert WORD not in json.dumps(local)
    assert local["summary"]["withheld"]
    assert WORD in str(at_the_machine.summary.input_text)
