"""Calls of models over HTTP: who gets in, what comes back, what a failure looks like."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.server import Limits
from plimsoll.testing import FaultKind, Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
FOREIGN = [("origin", "http://evil.example"), ("host", "evil.example"), ("sec-fetch-site", "cross-site")]
BEYOND = ("ai.example.com",)
ASKED = {"model": "fast", "messages": [{"role": "user", "content": "ping"}]}


async def test_a_chat_goes_through_and_says_what_it_came_to(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            reply = await server.post(CHAT, json=ASKED)
    assert reply.status == 200
    assert reply.json()["choices"][0]["message"]["content"] == "pong"
    assert reply.headers["x-plimsoll-model"] == "up/test-model"
    assert reply.headers["x-plimsoll-served"] == "model"
    assert reply.headers["x-plimsoll-attempts"] == "1"
    assert float(reply.headers["x-plimsoll-cost-usd"]) == pytest.approx(11e-6 + 14e-6)
    assert 0 < float(reply.headers["x-plimsoll-overhead-ms"]) < 1_000
    assert len(reply.headers["x-plimsoll-trace-id"]) == 32
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"


async def test_a_foreign_page_cannot_spend_money(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            for name, value in 2 * FOREIGN:
                reply = await server.post(CHAT, json=ASKED, headers={name: value})
                assert (reply.status, reply.json()["error"]["code"]) == (403, "untrusted_origin")
            assert (await server.post(CHAT, json=ASKED)).status == 200
        assert len(upstream.requests) == 1


async def test_beyond_this_machine_a_key_with_the_right_scope_is_needed(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, allowed=BEYOND) as server:
            models = (await server.keys.create("app", scopes=("models",))).secret.reveal()
            asks = (await server.keys.create("user", scopes=("ask",))).secret.reveal()
            sent: list[dict[str, str]] = [
                {},
                {"authorization": "Bearer sk-other"},
                {"authorization": f"Bearer {asks}"},
                {"authorization": f"Bearer {models}"},
                {"x-api-key": models},
                {"x-api-key": models, "authorization": "Bearer sk-other"},
            ]
            replies = [await server.post(CHAT, json=ASKED, headers=headers) for headers in sent]
    assert [reply.status for reply in replies] == [401, 401, 403, 200, 200, 200]
    assert replies[0].headers["www-authenticate"].startswith("Bearer")
    assert "'models'" in replies[2].json()["error"]["message"]


async def test_a_revoked_key_is_refused_at_once(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, allowed=BEYOND) as server:
            key = await server.keys.create("app", scopes=("models",))
            bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
            assert (await server.post(CHAT, json=ASKED, headers=bearer)).status == 200
            await server.keys.revoke(key.key_id)
            assert (await server.post(CHAT, json=ASKED, headers=bearer)).status == 401


async def test_on_this_machine_a_foreign_key_is_overlooked_and_a_wrong_one_of_ours_is_not(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            foreign = await server.post(CHAT, json=ASKED, headers={"authorization": "Bearer sk-anything"})
            wrong = await server.post(CHAT, json=ASKED, headers={"authorization": "Bearer plim_x_y"})
    assert (foreign.status, wrong.status) == (200, 401)
    assert "plim_x_y" not in wrong.text


async def test_no_key_of_a_caller_reaches_the_provider(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            await server.post(CHAT, json=ASKED, headers={"authorization": "Bearer sk-anything", "cookie": "a=b"})
        seen = upstream.requests[0]
    assert seen.headers["authorization"] == "Bearer sk-the-providers-own-secret"
    assert "cookie" not in seen.headers


async def test_one_call_too_many_is_told_to_come_back(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject(FaultKind.HANG)
        async with fronted(tmp_path, upstream, limits=Limits(concurrent_calls=1)) as server:
            first = asyncio.ensure_future(server.post(CHAT, json=ASKED))
            await asyncio.to_thread(upstream.wait_for, requests=1)
            second = await server.post(CHAT, json=ASKED)
            assert (second.status, second.headers["retry-after"]) == (429, "1")
            assert second.json()["error"]["type"] == "rate_limit_error"
            first.cancel()
            await asyncio.to_thread(upstream.wait_for, abandoned=1)
            assert (await server.post(CHAT, json=ASKED)).status == 200


async def test_a_body_beyond_the_bound_or_of_another_shape_is_refused(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, limits=Limits(upload_bytes=1_000)) as server:
            large = await server.post(CHAT, data=b"x" * 1_001)
            broken = await server.post(CHAT, data=b'{"model": "fast"')
            nameless = await server.post(CHAT, json={"messages": []})
            unknown = await server.post(CHAT, json=ASKED | {"model": "fats"})
            wrong = await server.post(CHAT, json=ASKED | {"stream": "yes"})
    assert [reply.status for reply in (large, broken, nameless, unknown, wrong)] == [413, 400, 400, 404, 400]
    assert "'fast'" in unknown.json()["error"]["message"]


async def test_a_path_of_the_door_takes_its_method_alone_and_is_suggested(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            read = await server.get(CHAT)
            near = await server.post("/v1/chat/completion", json=ASKED)
    assert (read.status, read.headers["allow"]) == (405, "POST")
    assert (near.status, near.json()["error"]["next_step"]) == (404, f"Did you mean '{CHAT}'?")


async def test_a_stream_comes_as_events_with_its_trace(tmp_path: Path):
    with Upstream("one two three") as upstream:
        async with fronted(tmp_path, upstream) as server:
            reply = await server.post(CHAT, json=ASKED | {"stream": True})
    events = [line.removeprefix("data: ") for line in reply.text.split("\n\n") if line]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert len(reply.headers["x-plimsoll-trace-id"]) == 32
    assert "x-plimsoll-cost-usd" not in reply.headers
    assert events[-1] == "[DONE]"
    assert len(events) > 3
