"""What Plimsoll does not know reaches the provider byte for byte; what a client begins ends when it leaves (pain 8)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from plimsoll.testing import Fault, FaultKind, Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
PING: Any = [{"role": "user", "content": "ping"}]
CLAUDE = '[providers.claude]\nbase_url = "{url}"\nwire = "anthropic"\napi_key_env = "UP_KEY"\n'
TURNS = b'"messages": [ {"role":"user",  "content":"\\u00fc"} ]'
SENT = {
    "chat/completions": b'{"model": "fast", ' + TURNS + b', "x_new": {"deep": [1.50, null]}}',
    "responses": b'{"model": "fast", "input":  "ping", "x_new": {"deep": [1.50, null]}}',
    "messages": b'{"model": "claude/test-model", "max_tokens": 9, ' + TURNS + b', "x_new": {"deep": [1.50, null]}}',
}


@pytest.mark.parametrize("wire", SENT)
async def test_unknown_fields_reach_the_provider_as_they_came(tmp_path: Path, wire: str):
    with Upstream() as upstream:
        settings = CLAUDE.format(url=upstream.base_url)
        async with fronted(tmp_path, upstream, settings, up="responses = true") as server:
            reply = await server.post(f"/v1/{wire}", data=SENT[wire])
        seen = upstream.requests[-1]
    assert reply.status == 200
    expected = SENT[wire].replace(b'"fast"', b'"test-model"').replace(b'"claude/', b'"')
    for field in expected[1:-1].split(b', "'):
        name, _, value = field.removeprefix(b'"').partition(b'":')
        assert b'"' + name + b'":' + value.strip() in seen.raw


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.STALL])
async def test_a_client_that_leaves_ends_the_call_at_the_provider(tmp_path: Path, kind: FaultKind):
    streams = kind is FaultKind.STALL
    with Upstream() as upstream:
        upstream.inject_always(kind)
        async with fronted(tmp_path, upstream, CLAUDE.format(url=upstream.base_url)) as server:
            one = AsyncOpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0)
            other = AsyncAnthropic(base_url=server.url, api_key="unused", max_retries=0)
            asked: list[asyncio.Future[Any]] = [
                asyncio.ensure_future(one.chat.completions.create(model="fast", messages=PING, stream=streams)),
                asyncio.ensure_future(
                    other.messages.create(model="claude/m", max_tokens=9, messages=PING, stream=streams)
                ),
            ]
            await asyncio.to_thread(upstream.wait_for, requests=2)
            for asking in asked:
                asking.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            await asyncio.to_thread(upstream.wait_for, abandoned=2, open_requests=0)
            await one.close()
            await other.close()
        assert (upstream.abandoned, upstream.open_requests) == (2, 0)


async def test_a_client_that_leaves_in_the_midst_of_a_stream_ends_it_at_the_provider(tmp_path: Path):
    with Upstream("one two three") as upstream:
        upstream.inject_always(Fault(kind=FaultKind.DRIP, after=2))
        async with (
            fronted(tmp_path, upstream) as server,
            AsyncOpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0) as client,
        ):
            stream = await client.chat.completions.create(model="fast", messages=PING, stream=True)
            await anext(aiter(stream))
            await stream.close()
            await asyncio.to_thread(upstream.wait_for, abandoned=1, open_requests=0)
        assert (upstream.abandoned, upstream.open_requests) == (1, 0)
