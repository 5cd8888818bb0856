"""The official Anthropic client reads what the test provider says, whole and streamed."""

import asyncio

import pytest
from anthropic import (
    Anthropic,
    APIConnectionError,
    APIStatusError,
    AsyncAnthropic,
    AuthenticationError,
    InternalServerError,
    RateLimitError,
)
from anthropic.types import MessageParam, Usage

from plimsoll.testing import Fault, FaultKind, Said, SaidTool, SaidUsage, Upstream

TEXT = "Thirty days, ahoy 🚢."
TOOL = SaidTool(name="find", arguments='{"ship": "Ann, the old", "year": 1876}', id="toolu_7")
USAGE = SaidUsage(
    input_tokens=100, output_tokens=50, cached_input_tokens=40, cache_write_tokens=20, reasoning_tokens=30
)
ASKED: list[MessageParam] = [{"role": "user", "content": "ping"}]


def client(upstream: Upstream) -> Anthropic:
    return Anthropic(base_url=upstream.root_url, api_key="key-1", max_retries=0, timeout=5)


def counts(usage: Usage) -> tuple[int, int | None, int | None, int]:
    return (
        usage.input_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
        usage.output_tokens,
    )


def test_it_reads_messages():
    with Upstream(TEXT, usage=USAGE) as upstream, client(upstream) as sdk:
        whole = sdk.messages.create(model="m", max_tokens=9, messages=ASKED)
        with sdk.messages.stream(model="m", max_tokens=9, messages=ASKED) as stream:
            streamed = stream.get_final_message()
        assert [seen.key for seen in upstream.requests] == ["key-1"] * 2
    for message in (whole, streamed):
        assert [block.text for block in message.content if block.type == "text"] == [TEXT]
        assert message.stop_reason == "end_turn"
        assert counts(message.usage) == (40, 40, 20, 50)


def test_it_reads_messages_from_an_event_loop():
    async def ask(upstream: Upstream) -> str:
        async with (
            AsyncAnthropic(base_url=upstream.root_url, api_key="k", max_retries=0, timeout=5) as sdk,
            sdk.messages.stream(model="m", max_tokens=9, messages=ASKED) as stream,
        ):
            return "".join([text async for text in stream.text_stream])

    with Upstream(TEXT) as upstream:
        assert asyncio.run(ask(upstream)) == TEXT


def test_it_reads_thoughts_and_tool_calls():
    said = Said(text=TEXT, reasoning="Let me think.", tool_calls=(TOOL,))
    with Upstream(said) as upstream, client(upstream) as sdk:
        whole = sdk.messages.create(model="m", max_tokens=9, messages=ASKED)
        with sdk.messages.stream(model="m", max_tokens=9, messages=ASKED) as stream:
            streamed = stream.get_final_message()
    assert [block.type for block in whole.content] == [block.type for block in streamed.content]
    thought, _, call = streamed.content
    assert thought.type == "thinking"
    assert thought.thinking == "Let me think."
    assert call.type == "tool_use"
    assert (call.id, call.name, call.input) == ("toolu_7", "find", {"ship": "Ann, the old", "year": 1876})
    assert streamed.stop_reason == "tool_use"


@pytest.mark.parametrize(
    ("said", "reason"),
    [(Said(refusal="No."), "refusal"), (Said(text="x", finish_reason="length"), "max_tokens"), (Said(), "end_turn")],
)
def test_it_reads_why_an_answer_ended(said: Said, reason: str):
    with Upstream(said) as upstream, client(upstream) as sdk:
        assert sdk.messages.create(model="m", max_tokens=9, messages=ASKED).stop_reason == reason
        with sdk.messages.stream(model="m", max_tokens=9, messages=ASKED) as stream:
            assert stream.get_final_message().stop_reason == reason


def test_a_ping_is_among_the_events():
    with Upstream(TEXT) as upstream, client(upstream) as sdk:
        raw = sdk.messages.with_raw_response.create(model="m", max_tokens=9, messages=ASKED, stream=True)
        assert b"event: ping\n" in raw.http_response.read()


def test_it_raises_its_own_errors():
    with Upstream() as upstream, client(upstream) as sdk:
        upstream.inject(
            Fault(kind=FaultKind.STATUS, status=429, retry_after="3"),
            Fault(kind=FaultKind.STATUS, status=401, message="no"),
            Fault(kind=FaultKind.STATUS, status=529),
            FaultKind.RESET,
        )
        with pytest.raises(RateLimitError) as limited:
            sdk.messages.create(model="m", max_tokens=9, messages=ASKED)
        with pytest.raises(AuthenticationError, match="authentication_error"):
            sdk.messages.create(model="m", max_tokens=9, messages=ASKED)
        with pytest.raises(InternalServerError, match="overloaded_error"):
            sdk.messages.create(model="m", max_tokens=9, messages=ASKED)
        with pytest.raises(APIConnectionError):
            sdk.messages.create(model="m", max_tokens=9, messages=ASKED)
    assert limited.value.response.headers["retry-after"] == "3"


def test_a_stream_that_fails_raises_too():
    fault = Fault(kind=FaultKind.ERROR_EVENT, after=3, status=529, message="too much")
    with Upstream(TEXT) as upstream, client(upstream) as sdk:
        upstream.inject(fault)
        with pytest.raises(APIStatusError, match="too much"):
            list(sdk.messages.create(model="m", max_tokens=9, messages=ASKED, stream=True))
