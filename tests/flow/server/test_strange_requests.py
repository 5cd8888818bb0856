"""Requests that no SDK sends: each is refused by name or answered, none breaks anything or is paid for in vain."""

import gzip
from pathlib import Path

import pytest

from plimsoll.testing import Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
JSON = {"content-type": "application/json"}
ALIASES = """
[models.kept]
model = "up/test-model"
cache_seconds = 60
[models.meant]
model = "up/test-model"
semantic_cache_seconds = 60
"""
SAID = b'"messages":[{"role":"user","content":"ping"}]'


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"])
async def test_a_body_that_is_not_utf_8_is_refused_before_any_model_is_asked(tmp_path: Path, path: str):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            for field in (b"messages", b"input", b"model"):
                body = b'{"model":"fast","' + field + b'":"\xff\xfe"}'
                reply = await server.post(path, data=body, headers=JSON)
                assert reply.status == 400, (field, reply.json())
    assert len(upstream.requests) == 0


async def test_a_packed_body_is_refused_in_these_words(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            packed = gzip.compress(b'{"model":"fast",' + SAID + b"}")
            reply = await server.post(CHAT, data=packed, headers=JSON | {"content-encoding": "gzip"})
    assert reply.status == 400
    assert "packed ('gzip')" in reply.json()["error"]["message"]


@pytest.mark.parametrize("model", [b"fast", b"kept", b"meant"])
async def test_a_number_that_no_computer_holds_breaks_nothing(tmp_path: Path, model: bytes):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, ALIASES) as server:
            body = b'{"model":"' + model + b'","max_tokens":1e400,' + SAID + b"}"
            chat = await server.post("/v1/chat/completions", data=body, headers=JSON)
            messages = await server.post("/v1/messages", data=body, headers=JSON)
    assert messages.status == 400
    assert "'max_tokens' cannot be read" in str(messages.json()["error"])
    assert chat.status == (200 if model == b"fast" else 400)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"])
async def test_nesting_of_any_depth_breaks_nothing(tmp_path: Path, path: str):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, ALIASES) as server:
            for model in (b"fast", b"kept", b"meant"):
                for depth in (200, *range(700, 1_000, 20), 100_000):
                    nested = b"[" * depth + b"]" * depth
                    body = b'{"model":"' + model + b'","input":' + nested + b',"messages":' + nested + b"}"
                    reply = await server.post(path, data=body, headers=JSON)
                    assert reply.status in {200, 400}, (depth, reply.json())


async def test_traces_without_content_stay_with_their_tenant_and_keep_what_they_cost(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, '[traces]\ncontent = "none"\n') as server:
            key = await server.keys.create("app", tenant="acme", scopes=("models", "read"))
            bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
            body = b'{"model":"fast",' + SAID + b"}"
            reply = await server.post(CHAT, data=body, headers=JSON | bearer)
            path = f"/api/traces/{reply.headers['x-plimsoll-trace-id']}"
            own, foreign = await server.call("GET", path, headers=bearer), await server.call("GET", path)
    summary = own.json()["summary"]
    assert (summary["tenant"], summary["subject"]) == ("acme", f"key:{key.key_id}")
    assert (summary["input_tokens"], summary["cost_usd"] > 0) == (11, True)
    assert "ping" not in str(own.json())
    assert foreign.status == 404
