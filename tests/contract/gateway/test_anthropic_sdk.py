"""The official Anthropic SDK as a client of the server, in front of providers of either wire."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types import MessageParam, ToolParam

from plimsoll.testing import Said, SaidTool, Upstream

from contract.gateway.fronted import fronted
from contract.gateway.test_openai_sdk import ANTHROPIC, MODELS

pytestmark = pytest.mark.anyio
PING: list[MessageParam] = [{"role": "user", "content": "ping"}]
WEATHER: ToolParam = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
PIXEL = "iVBORw0KGgoAAAANSUhEUg=="


@asynccontextmanager
async def client_of(folder: Path, upstream: Upstream, **options: Any) -> AsyncGenerator[AsyncAnthropic]:
    """Open an SDK client of a server in front of the upstream."""
    settings = ANTHROPIC.format(url=upstream.base_url)
    async with (
        fronted(folder, upstream, settings, **options) as server,
        AsyncAnthropic(base_url=server.url, api_key="unused", max_retries=0) as client,
    ):
        yield client


def text_of(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


@pytest.mark.parametrize("model", MODELS)
async def test_a_message_is_answered_whole(tmp_path: Path, model: str):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            message = await client.messages.create(model=model, max_tokens=100, messages=PING, system="Be short.")
        assert b"Be short." in upstream.requests[-1].raw
    assert (text_of(message), message.stop_reason) == ("pong", "end_turn")
    assert (message.usage.input_tokens, message.usage.output_tokens) == (11, 7)


async def test_the_synchronous_client_does_the_same(tmp_path: Path):
    def ask(url: str) -> tuple[str, str]:
        with Anthropic(base_url=url, api_key="unused", max_retries=0) as client:
            whole = client.messages.create(model="fast", max_tokens=100, messages=PING)
            with client.messages.stream(model="fast", max_tokens=100, messages=PING) as stream:
                return text_of(whole), "".join(stream.text_stream)

    with Upstream("one two three") as upstream:
        async with client_of(tmp_path, upstream) as client:
            assert await asyncio.to_thread(ask, str(client.base_url)) == ("one two three", "one two three")


@pytest.mark.parametrize("model", MODELS)
async def test_a_message_comes_as_a_stream(tmp_path: Path, model: str):
    with Upstream("one two three") as upstream:
        async with client_of(tmp_path, upstream) as client:
            plain = await client.messages.create(model=model, max_tokens=100, messages=PING, stream=True)
            kinds = [event.type async for event in plain]
            async with client.messages.stream(model=model, max_tokens=100, messages=PING) as stream:
                message = await stream.get_final_message()
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert text_of(message) == "one two three"
    assert (message.usage.output_tokens, message.stop_reason) == (7, "end_turn")


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("model", MODELS)
async def test_a_tool_is_called_and_its_result_read(tmp_path: Path, model: str, *, streams: bool):
    def answer(seen: Any) -> str | Said:
        if b"rainy" in seen.raw:
            return "Take a coat."
        return Said(tool_calls=(SaidTool(name="weather", arguments='{"city":"Cork"}', id="call_7"),))

    async def ask(client: AsyncAnthropic, turns: list[Any]) -> anthropic.types.Message:
        if not streams:
            return await client.messages.create(model=model, max_tokens=100, messages=turns, tools=[WEATHER])
        asked = client.messages.stream(model=model, max_tokens=100, messages=turns, tools=[WEATHER])
        async with asked as stream:
            return await stream.get_final_message()

    with Upstream(answer) as upstream:
        async with client_of(tmp_path, upstream) as client:
            first = await ask(client, PING)
            said: list[Any] = [block.model_dump(exclude_none=True) for block in first.content]
            result = {"type": "tool_result", "tool_use_id": "call_7", "content": "rainy"}
            turns = [*PING, {"role": "assistant", "content": said}, {"role": "user", "content": [result]}]
            second = await ask(client, turns)
    (called,) = [block for block in first.content if block.type == "tool_use"]
    assert (called.id, called.name, called.input) == ("call_7", "weather", {"city": "Cork"})
    assert first.stop_reason == "tool_use"
    assert text_of(second) == "Take a coat."


@pytest.mark.parametrize("model", MODELS)
async def test_a_picture_reaches_the_provider(tmp_path: Path, model: str):
    image: Any = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    content: Any = [{"type": "text", "text": "What is this?"}, image]
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            await client.messages.create(model=model, max_tokens=9, messages=[{"role": "user", "content": content}])
        assert PIXEL.encode() in upstream.requests[-1].raw


async def test_models_are_listed_and_shown(tmp_path: Path):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            listed = [model.id async for model in client.models.list()]
            shown = await client.models.retrieve("fast")
            with pytest.raises(anthropic.NotFoundError, match="'fast'"):
                await client.models.retrieve("fats")
    assert listed == ["default", "fast", "other"]
    assert (shown.id, shown.type) == ("fast", "model")


async def test_what_a_call_came_to_stands_in_its_headers(tmp_path: Path):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            raw = await client.messages.with_raw_response.create(model="fast", max_tokens=9, messages=PING)
    assert raw.headers["x-plimsoll-model"] == "up/test-model"
    assert float(raw.headers["x-plimsoll-cost-usd"]) == pytest.approx(25e-6)
