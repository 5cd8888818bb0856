"""The official OpenAI client reads what the test provider says, whole and streamed."""

import asyncio

import pytest
from openai import APIConnectionError, APIError, APIStatusError, AsyncOpenAI, OpenAI, RateLimitError
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from plimsoll.testing import Fault, FaultKind, Said, SaidTool, SaidUsage, Upstream

TEXT = "Thirty days, ahoy 🚢."
TOOL = SaidTool(name="find", arguments='{"ship": "Ann, the old", "year": 1876}', id="call_7")
ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "ping"}]


class Ship(BaseModel):
    name: str
    masts: int


def client(upstream: Upstream) -> OpenAI:
    return OpenAI(base_url=upstream.base_url, api_key="key-1", max_retries=0, timeout=5)


def test_it_reads_chats():
    with Upstream(TEXT) as upstream, client(upstream) as sdk:
        whole = sdk.chat.completions.create(model="m", messages=ASKED)
        with sdk.chat.completions.stream(model="m", messages=ASKED, stream_options={"include_usage": True}) as stream:
            streamed = stream.get_final_completion()
        assert [seen.key for seen in upstream.requests] == ["key-1"] * 2
    assert whole.choices[0].message.content == streamed.choices[0].message.content == TEXT
    assert whole.usage is not None
    assert whole.usage == streamed.usage


def test_it_reads_chats_from_an_event_loop():
    async def ask(upstream: Upstream) -> tuple[str | None, str]:
        async with AsyncOpenAI(base_url=upstream.base_url, api_key="k", max_retries=0, timeout=5) as sdk:
            whole = await sdk.chat.completions.create(model="m", messages=ASKED)
            stream = await sdk.chat.completions.create(model="m", messages=ASKED, stream=True)
            words = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return whole.choices[0].message.content, "".join(words)

    with Upstream(TEXT) as upstream:
        assert asyncio.run(ask(upstream)) == (TEXT, TEXT)


def test_it_reads_tool_calls():
    with Upstream(Said(tool_calls=(TOOL,))) as upstream, client(upstream) as sdk:
        whole = sdk.chat.completions.create(model="m", messages=ASKED).choices[0]
        with sdk.chat.completions.stream(model="m", messages=ASKED) as stream:
            streamed = stream.get_final_completion().choices[0]
    for choice in (whole, streamed):
        call = (choice.message.tool_calls or [])[0]
        assert call.type == "function"
        assert (call.id, call.function.name, call.function.arguments) == ("call_7", "find", TOOL.arguments)
        assert choice.finish_reason == "tool_calls"


def test_it_parses_answers():
    with Upstream('{"name": "Ann", "masts": 3}') as upstream, client(upstream) as sdk:
        chat = sdk.chat.completions.parse(model="m", messages=ASKED, response_format=Ship)
        response = sdk.responses.parse(model="m", input="ping", text_format=Ship)
    assert chat.choices[0].message.parsed == response.output_parsed == Ship(name="Ann", masts=3)


def test_it_reads_responses():
    usage = SaidUsage(input_tokens=20, output_tokens=10, cached_input_tokens=5, reasoning_tokens=3)
    said = Said(text=TEXT, reasoning="Hm.", tool_calls=(TOOL,))
    with Upstream(said, usage=usage) as upstream, client(upstream) as sdk:
        whole = sdk.responses.create(model="m", input="ping")
        with sdk.responses.stream(model="m", input="ping") as stream:
            streamed = stream.get_final_response()
    assert whole.output_text == streamed.output_text == TEXT
    assert [item.type for item in streamed.output] == ["reasoning", "message", "function_call"]
    assert whole.usage == streamed.usage
    assert whole.usage is not None
    assert (whole.usage.total_tokens, whole.usage.input_tokens_details.cached_tokens) == (30, 5)
    call = streamed.output[2]
    assert call.type == "function_call"
    assert (call.call_id, call.arguments) == ("call_7", TOOL.arguments)


def test_it_reads_responses_from_an_event_loop():
    async def ask(upstream: Upstream) -> str:
        async with (
            AsyncOpenAI(base_url=upstream.base_url, api_key="k", max_retries=0, timeout=5) as sdk,
            sdk.responses.stream(model="m", input="ping") as stream,
        ):
            return (await stream.get_final_response()).output_text

    with Upstream(TEXT) as upstream:
        assert asyncio.run(ask(upstream)) == TEXT


def test_it_reads_refusals_and_answers_that_were_cut():
    with Upstream(Said(refusal="I must not.")) as upstream, client(upstream) as sdk:
        events = list(sdk.responses.create(model="m", input="ping", stream=True))
        chat = sdk.chat.completions.create(model="m", messages=ASKED)
    assert "".join(event.delta for event in events if event.type == "response.refusal.delta") == "I must not."
    assert chat.choices[0].message.refusal == "I must not."
    with Upstream(Said(text="half", finish_reason="length")) as upstream, client(upstream) as sdk:
        cut = list(sdk.responses.create(model="m", input="ping", stream=True))[-1]
    assert cut.type == "response.incomplete"
    assert cut.response.incomplete_details is not None
    assert cut.response.incomplete_details.reason == "max_output_tokens"


def test_it_reads_vectors_and_models():
    with Upstream(models=("b", "a")) as upstream, client(upstream) as sdk:
        packed = sdk.embeddings.create(model="m", input=["one", "four"], dimensions=3)
        plain = sdk.embeddings.create(model="m", input=[[7, 8], [9]], encoding_format="float")
        assert [seen.body.get("encoding_format") for seen in upstream.requests] == ["base64", "float"]
        assert [model.id for model in sdk.models.list()] == ["b", "a"]
    assert [row.embedding for row in packed.data] == [[3.0, 1.0, 1.0], [4.0, 1.0, 1.0]]
    assert [row.embedding[0] for row in plain.data] == [2.0, 1.0]


def test_it_sends_and_reads_sound():
    sound = bytes(range(256)) * 3 + b"\r\n--\r\n"
    with Upstream() as upstream, client(upstream) as sdk:
        heard = sdk.audio.transcriptions.create(model="m", file=("ahoy.wav", sound), language="en")
        spoken = sdk.audio.speech.create(model="m", voice="alloy", input="a" * 40).read()
        seen = upstream.requests[0]
    assert heard.text == f"ahoy.wav: {len(sound)} bytes"
    assert (seen.body, seen.files[0].content) == ({"model": "m", "language": "en"}, sound)
    assert seen.files[0].field == "file"
    assert (len(spoken), spoken[:3]) == (40_000, b"\x00\x01\x02")


@pytest.mark.parametrize("path", ["chat", "responses"])
def test_it_raises_its_own_errors(path: str):
    def ask(sdk: OpenAI) -> None:
        if path == "chat":
            list(sdk.chat.completions.create(model="m", messages=ASKED, stream=True))
        else:
            list(sdk.responses.create(model="m", input="ping", stream=True))

    with Upstream() as upstream, client(upstream) as sdk:
        upstream.inject(
            Fault(kind=FaultKind.STATUS, status=429, code="slow_down", retry_after_ms=1_500),
            Fault(kind=FaultKind.STATUS, status=500),
            FaultKind.RESET,
        )
        with pytest.raises(RateLimitError) as limited:
            ask(sdk)
        with pytest.raises(APIStatusError):
            ask(sdk)
        with pytest.raises(APIConnectionError):
            ask(sdk)
    assert (limited.value.code, limited.value.response.headers["retry-after-ms"]) == ("slow_down", "1500")


def test_it_raises_what_a_chat_says_in_the_middle_and_yields_what_a_response_says():
    with Upstream(TEXT) as upstream, client(upstream) as sdk:
        upstream.inject_always(Fault(kind=FaultKind.ERROR_EVENT, after=2, message="too much", code="slow_down"))
        with pytest.raises(APIError, match="too much"):
            list(sdk.chat.completions.create(model="m", messages=ASKED, stream=True))
        last = list(sdk.responses.create(model="m", input="ping", stream=True))[-1]
    assert last.type == "error"
    assert (last.message, last.code, last.sequence_number) == ("too much", "slow_down", 2)
