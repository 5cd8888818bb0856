"""Sound over HTTP: passed on as it comes, to the next target where one fails, and never for free under a budget."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from plimsoll.testing import Fault, FaultKind, Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
SPEECH, TRANSCRIPTIONS = "/v1/audio/speech", "/v1/audio/transcriptions"
ASKED = {"model": "voice", "input": "Ahoy", "voice": "alloy"}
VOICE = """
[models.voice]
model = "up/first"
fall_back = ["up/second"]
retries = 1
first_wait_seconds = 0.0
"""


def recording() -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", bytes(range(256)), filename="model", content_type="audio/wav")
    form.add_field("model", "voice")
    form.add_field("prompt", "ä")
    return form


async def test_the_next_target_speaks_where_the_first_fails(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=500), model="first")
        async with fronted(tmp_path, upstream, VOICE) as server:
            async with aiohttp.ClientSession(server.url) as http, http.post(SPEECH, json=ASKED) as spoken:
                sound = await spoken.read()
            heard = await server.post(TRANSCRIPTIONS, data=recording())
            trace = await server.get(f"/api/traces/{spoken.headers['x-plimsoll-trace-id']}")
        seen = [request.model for request in upstream.requests]
    assert seen == 2 * ["first", "first", "second"]
    assert (spoken.status, spoken.headers["content-type"]) == (200, "audio/mpeg")
    assert len(sound) == 4_000
    assert (spoken.headers["x-plimsoll-model"], spoken.headers["x-plimsoll-attempts"]) == ("up/second", "3")
    assert "x-plimsoll-cost-usd" not in spoken.headers
    assert heard.json()["text"] == "model: 256 bytes"
    assert trace.status == 200
    assert "Ahoy" not in trace.text


async def test_a_target_that_goes_on_failing_is_left_alone(tmp_path: Path):
    resting = VOICE.replace("retries = 1", "retries = 0\nbreaker.failures = 2")
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=500), model="first")
        async with fronted(tmp_path, upstream, resting) as server:
            statuses = [(await server.post(TRANSCRIPTIONS, data=recording())).status for _ in range(4)]
        seen = [request.model for request in upstream.requests]
    assert statuses == [200, 200, 200, 200]
    assert seen == ["first", "second", "first", "second", "second", "second"]


async def test_a_request_that_is_rejected_is_not_sent_again(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=400, message="no such voice"))
        async with fronted(tmp_path, upstream, VOICE) as server:
            reply = await server.post(SPEECH, json=ASKED)
            nameless = await server.post(SPEECH, json={"input": "Ahoy"})
        assert len(upstream.requests) == 1
    assert (reply.status, nameless.status) == (400, 400)
    assert "no such voice" in reply.json()["error"]["message"]


async def test_a_caller_who_leaves_ends_the_speech_at_the_provider(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject_always(FaultKind.HANG)
        async with fronted(tmp_path, upstream, VOICE) as server:
            asking = asyncio.ensure_future(server.post(SPEECH, json=ASKED))
            await asyncio.to_thread(upstream.wait_for, requests=1)
            asking.cancel()
            await asyncio.to_thread(upstream.wait_for, abandoned=1, open_requests=0)
        assert upstream.abandoned == 1


async def test_under_a_budget_what_has_no_price_is_refused(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, VOICE) as server:
            await server.project.allowances.set("everyone", budget_usd=1.0)
            refused = await server.post(TRANSCRIPTIONS, data=recording())
        assert len(upstream.requests) == 0
    assert refused.json()["error"]["code"] == "price_unknown"
    assert "budget" in refused.json()["error"]["message"]


async def test_a_published_price_of_text_lets_no_sound_pass_under_a_budget(tmp_path: Path):
    with Upstream() as upstream:
        openai = f'[providers.openai]\nbase_url = "{upstream.base_url}"\n'
        async with fronted(tmp_path, upstream, openai) as server:
            await server.project.allowances.set("everyone", budget_usd=1_000.0)
            refused = await server.post(SPEECH, json=ASKED | {"model": "openai/gpt-4o-mini"})
        assert len(upstream.requests) == 0
    assert refused.json()["error"]["code"] == "price_unknown"


async def test_limits_hold_for_sound_too(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, VOICE) as server:
            await server.project.allowances.set("everyone", requests_per_minute=1)
            heard = await server.post(TRANSCRIPTIONS, data=recording())
            refused = await server.post(TRANSCRIPTIONS, data=recording())
    assert (heard.status, refused.status, refused.json()["error"]["code"]) == (200, 429, "limit_reached")
    assert int(refused.headers["retry-after"]) > 0


async def test_a_model_without_sound_says_so(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            reply = await server.post(SPEECH, json=ASKED | {"model": "plimsoll/reader"})
    assert reply.status == 400
    assert "audio/speech" in reply.json()["error"]["message"]
