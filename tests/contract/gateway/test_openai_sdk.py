"""The official OpenAI SDK as a client of the server: chats, streams, tools, shapes, pictures, vectors, sound."""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import BaseModel

from plimsoll.testing import Said, SaidTool, SaidUsage, Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
PING: list[ChatCompletionMessageParam] = [{"role": "user", "content": "ping"}]
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="
ANTHROPIC = """
[providers.claude]
base_url = "{url}"
wire = "anthropic"
api_key_env = "UP_KEY"

[models.other]
model = "claude/claude-test"
retries = 0
"""
MODELS = ["fast", "other"]
"""A model whose provider speaks OpenAI's wire, and one whose provider speaks Anthropic's."""


class City(BaseModel):
    """A shape to answer in."""

    name: str
    inhabitants: int


@asynccontextmanager
async def client_of(folder: Path, upstream: Upstream, **options: Any) -> AsyncGenerator[AsyncOpenAI]:
    """Open an SDK client of a server in front of the upstream."""
    settings = ANTHROPIC.format(url=upstream.base_url)
    async with (
        fronted(folder, upstream, settings, **options) as server,
        AsyncOpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0) as client,
    ):
        yield client


@pytest.mark.parametrize("model", MODELS)
async def test_a_chat_is_answered_whole(tmp_path: Path, model: str):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            completion = await client.chat.completions.create(model=model, messages=PING)
    assert completion.choices[0].message.content == "pong"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (11, 7)


async def test_the_synchronous_client_does_the_same(tmp_path: Path):
    def ask(url: str) -> tuple[str | None, str]:
        with OpenAI(base_url=url, api_key="unused", max_retries=0) as client:
            whole = client.chat.completions.create(model="fast", messages=PING)
            pieces = client.chat.completions.create(model="fast", messages=PING, stream=True)
            said = "".join(chunk.choices[0].delta.content or "" for chunk in pieces if chunk.choices)
            return whole.choices[0].message.content, said

    with Upstream("one two three") as upstream:
        async with client_of(tmp_path, upstream) as client:
            assert await asyncio.to_thread(ask, str(client.base_url)) == ("one two three", "one two three")


@pytest.mark.parametrize("model", MODELS)
async def test_a_chat_comes_as_a_stream(tmp_path: Path, model: str):
    with Upstream("one two three") as upstream:
        async with client_of(tmp_path, upstream) as client:
            stream = await client.chat.completions.create(model=model, messages=PING, stream=True)
            chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "one two three"
    assert [chunk.usage for chunk in chunks if chunk.usage] == []
    assert [reason for chunk in chunks for choice in chunk.choices if (reason := choice.finish_reason)] == ["stop"]


@pytest.mark.parametrize("model", MODELS)
async def test_the_stream_helper_puts_the_answer_together_and_counts(tmp_path: Path, model: str):
    with Upstream("one two three") as upstream:
        async with client_of(tmp_path, upstream) as client:
            asked = client.chat.completions.stream(model=model, messages=PING, stream_options={"include_usage": True})
            async with asked as stream:
                completion = await stream.get_final_completion()
    assert completion.choices[0].message.content == "one two three"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 18


@pytest.mark.parametrize("model", MODELS)
async def test_a_tool_is_called_and_its_result_read(tmp_path: Path, model: str):
    def answer(seen: Any) -> str | Said:
        if b"rainy" in seen.raw:
            return "Take a coat."
        return Said(tool_calls=(SaidTool(name="weather", arguments='{"city":"Cork"}', id="call_7"),))

    with Upstream(answer) as upstream:
        async with client_of(tmp_path, upstream) as client:
            first = await client.chat.completions.create(model=model, messages=PING, tools=[WEATHER])
            said = first.choices[0].message
            assert said.tool_calls is not None
            result: ChatCompletionMessageParam = {"role": "tool", "tool_call_id": "call_7", "content": "rainy"}
            turns: list[Any] = [*PING, said.model_dump(exclude_none=True), result]
            second = await client.chat.completions.create(model=model, messages=turns, tools=[WEATHER])
    assert first.choices[0].finish_reason == "tool_calls"
    (called,) = said.tool_calls
    assert called.type == "function"
    assert (called.id, called.function.name, called.function.arguments) == ("call_7", "weather", '{"city":"Cork"}')
    assert second.choices[0].message.content == "Take a coat."


@pytest.mark.parametrize("model", MODELS)
async def test_a_picture_reaches_the_provider(tmp_path: Path, model: str):
    content: list[Any] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL}},
    ]
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            await client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}])
        seen = upstream.requests[-1]
    assert PIXEL.partition(",")[2].encode() in seen.raw


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_comes_in_the_shape_that_was_asked_for(tmp_path: Path, model: str):
    with Upstream('{"name": "Cork", "inhabitants": 222333}') as upstream:
        async with client_of(tmp_path, upstream) as client:
            completion = await client.chat.completions.parse(model=model, messages=PING, response_format=City)
        seen = upstream.requests[-1]
    assert completion.choices[0].message.parsed == City(name="Cork", inhabitants=222333)
    assert b"inhabitants" in seen.raw


@pytest.mark.parametrize("up", ["", "responses = true"])
@pytest.mark.parametrize("model", MODELS)
async def test_responses_are_answered_streamed_and_parsed(tmp_path: Path, model: str, up: str):
    with Upstream('{"name": "Cork", "inhabitants": 222333}') as upstream:
        async with client_of(tmp_path, upstream, up=up) as client:
            whole = await client.responses.create(model=model, input="ping", instructions="Be short.")
            async with client.responses.stream(model=model, input="ping") as stream:
                kinds = [event.type async for event in stream]
                final = await stream.get_final_response()
            parsed = await client.responses.parse(model=model, input="ping", text_format=City)
    assert whole.output_text == final.output_text == '{"name": "Cork", "inhabitants": 222333}'
    assert whole.usage is not None
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (11, 7)
    assert {"response.created", "response.output_text.delta", "response.completed"} <= set(kinds)
    assert parsed.output_parsed == City(name="Cork", inhabitants=222333)


async def test_cached_and_reasoning_tokens_are_told(tmp_path: Path):
    usage = SaidUsage(input_tokens=100, output_tokens=50, cached_input_tokens=60, reasoning_tokens=20)
    with Upstream(usage=usage) as upstream:
        async with client_of(tmp_path, upstream) as client:
            completion = await client.chat.completions.create(model="fast", messages=PING)
    assert completion.usage is not None
    assert completion.usage.prompt_tokens_details is not None
    assert completion.usage.prompt_tokens_details.cached_tokens == 60


@pytest.mark.parametrize("packed", ["base64", "float"])
async def test_vectors_come_packed_or_as_numbers(tmp_path: Path, packed: Any):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            given = await client.embeddings.create(model="fast", input=["a", "abc"])
            asked = await client.embeddings.create(model="fast", input=["a", "abc"], encoding_format=packed)
            one = await client.embeddings.create(model="fast", input="abc")
    assert [row.index for row in given.data] == [0, 1]
    assert np.asarray(one.data[0].embedding).shape == (4,)
    assert given.data[1].embedding == one.data[0].embedding
    assert len(asked.data) == 2
    assert given.usage.prompt_tokens == 6


async def test_tokens_are_refused_in_place_of_texts(tmp_path: Path):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            with pytest.raises(openai.BadRequestError, match="send their text"):
                await client.embeddings.create(model="fast", input=[1, 2, 3])
            with pytest.raises(openai.BadRequestError, match="dimensions"):
                await client.embeddings.create(model="fast", input="a", dimensions=2)


async def test_models_are_listed_and_shown(tmp_path: Path):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            listed = [model.id async for model in client.models.list()]
            shown = await client.models.retrieve("fast")
            with pytest.raises(openai.NotFoundError, match="'fast'"):
                await client.models.retrieve("fats")
    assert listed == ["default", "fast", "other"]
    assert (shown.id, shown.owned_by) == ("fast", "plimsoll")


async def test_a_recording_is_written_down_and_a_text_spoken(tmp_path: Path):
    sound = bytes(range(256)) * 200
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            recording = ("hello.wav", io.BytesIO(sound), "audio/wav")
            text = await client.audio.transcriptions.create(model="fast", file=recording, language="de")
            spoken = await client.audio.speech.create(model="fast", input="Ahoy", voice="alloy")
        heard, asked = upstream.requests
    assert text.text == "hello.wav: 51200 bytes"
    assert heard.files[0].content == sound
    assert (heard.model, heard.body["language"]) == ("test-model", "de")
    assert (asked.model, asked.body["voice"]) == ("test-model", "alloy")
    assert spoken.content == (bytes(range(256)) * 16)[:4_000]


async def test_what_a_call_came_to_stands_in_its_headers(tmp_path: Path):
    with Upstream() as upstream:
        async with client_of(tmp_path, upstream) as client:
            raw = await client.chat.completions.with_raw_response.create(model="fast", messages=PING)
    assert raw.headers["x-plimsoll-model"] == "up/test-model"
    assert float(raw.headers["x-plimsoll-cost-usd"]) == pytest.approx(25e-6)
    assert raw.parse().choices[0].message.content == "pong"
