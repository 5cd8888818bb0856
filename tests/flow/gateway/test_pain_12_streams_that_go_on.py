"""FIELD, pain 12: a stream that breaks after its first token goes on at another target, as one valid stream."""

from collections.abc import Sequence

import msgspec
import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter

from plimsoll.gateway import Policy, Wire
from plimsoll.gateway.policy import MidStream
from plimsoll.gateway.wire import event_data
from plimsoll.testing import Fault, FaultKind, Said, SaidTool, SeenRequest, Upstream

from flow.gateway.rig import ONCE, Rig, Streamed, open_rig

pytestmark = pytest.mark.anyio
SAID = "The ship lies in the harbour of Piraeus tonight."
REST = " in the harbour."
OWN = {Wire.CHAT: "openai", Wire.MESSAGES: "anthropic"}
STARTED = {Wire.CHAT: 4, Wire.MESSAGES: 6}
"""Events of which the last three say: The ship lies."""
_EVENT: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)


def go_on(seen: SeenRequest) -> str:
    """Say the rest where the beginning was said."""
    return REST if "Continue it exactly" in str(seen.body["messages"]) else SAID


def policy(mid_stream: MidStream) -> Policy:
    return msgspec.structs.replace(ONCE, mid_stream=mid_stream)


def sum_up_chat(events: Sequence[bytes]) -> ChatCompletion:
    """Put chunks together as OpenAI's own client does."""
    state = ChatCompletionStreamState()
    for event in events:
        data = event_data(event)
        if data.startswith(b"{"):
            state.handle_chunk(ChatCompletionChunk.model_validate_json(data))
    return state.get_final_completion()


def sum_up_message(events: Sequence[bytes]) -> Message:
    """Put events together as Anthropic's own client does, which passes over pings."""
    message: Message | None = None
    texts: dict[int, bytes] = {}
    for event in events:
        if not event.startswith((b"event: ping", b":")):
            said = _EVENT.validate_json(event_data(event))
            message = accumulate_event(event=said, current_snapshot=message, json_bufs=texts)
    assert message is not None
    return message


async def break_off(rig: Rig, upstream: Upstream, wire: Wire) -> Streamed:
    upstream.inject(Fault(kind=FaultKind.RESET, after=STARTED[wire], seconds=0.05))
    return await rig.stream(wire)


@pytest.mark.parametrize("second", ["openai/big", "anthropic/big"])
async def test_a_chat_is_resumed_as_one_completion(second: str):
    with Upstream(go_on) as upstream:
        async with open_rig(upstream, ("openai/small", second), policy("resume")) as rig:
            seen = await break_off(rig, upstream, Wire.CHAT)
            whole = sum_up_chat(seen.events)
            assert whole.choices[0].message.content == "The ship lies in the harbour."
            assert (whole.choices[0].message.role, whole.choices[0].finish_reason) == ("assistant", "stop")
            assert sum(b'"role"' in event for event in seen.events) == 1
            chunks = [msgspec.json.decode(data) for data in map(event_data, seen.events) if data.startswith(b"{")]
            assert len({chunk["id"] for chunk in chunks}) == 1
            assert rig.events == ["stream_broken", "stream_resumed"]
            assert b'"plimsoll":{"resumed":true}' in b"".join(seen.events)
            assert rig.span.error is None


@pytest.mark.parametrize("second", ["openai/big", "anthropic/big"])
async def test_a_message_is_resumed_within_its_block(second: str):
    with Upstream(go_on) as upstream:
        async with open_rig(upstream, ("anthropic/small", second), policy("resume")) as rig:
            seen = await break_off(rig, upstream, Wire.MESSAGES)
            whole = sum_up_message(seen.events)
            assert [block.type for block in whole.content] == ["text"]
            assert whole.content[0].model_dump()["text"] == "The ship lies in the harbour."
            assert whole.stop_reason == "end_turn"
            assert sum(b"message_start" in event for event in seen.events) == 1
            assert rig.events == ["stream_broken", "stream_resumed"]


async def test_a_successor_is_asked_for_the_rest_within_what_is_left_to_write():
    with Upstream(go_on) as upstream:
        async with open_rig(upstream, ("anthropic/small", "anthropic/big"), policy("resume")) as rig:
            await break_off(rig, upstream, Wire.MESSAGES)
            asked = upstream.list_requests(model="big")[0].body
            assert asked["messages"][1] == {"role": "assistant", "content": "The ship lies"}  # pyright: ignore[reportIndexIssue, reportUnknownVariableType]
            assert asked["max_tokens"] == 100 - 4


async def test_both_targets_are_billed_for_what_each_wrote():
    with Upstream(go_on) as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), policy("resume")) as rig:
            seen = await break_off(rig, upstream, Wire.CHAT)
            usage = seen.receipt.usage
            assert usage.is_estimated
            assert usage.output_tokens == 4 + 7
            assert usage.input_tokens > 11
            assert (seen.receipt.attempts, seen.receipt.model) == (2, "big")


async def test_a_restarted_chat_says_so_and_its_answer_is_the_second_one():
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), policy("restart")) as rig:
            seen = await break_off(rig, upstream, Wire.CHAT)
            assert b'"plimsoll":{"restarted":true}' in b"".join(seen.events)
            assert sum_up_chat(seen.events).choices[0].message.content == "The ship lies" + SAID
            assert rig.events == ["stream_broken", "stream_restarted"]
            assert SAID in str(rig.span.attributes["gen_ai.output.messages"])
            assert "lies" + SAID not in str(rig.span.attributes["gen_ai.output.messages"])
            assert "messages" in upstream.list_requests(model="big")[0].body


async def test_a_restarted_message_begins_a_block_of_its_own():
    with Upstream(Said(reasoning="I look.", text=SAID)) as upstream:
        async with open_rig(upstream, ("anthropic/small", "openai/big"), policy("restart")) as rig:
            upstream.inject(Fault(kind=FaultKind.RESET, after=9, seconds=0.05))
            seen = await rig.stream(Wire.MESSAGES)
            whole = sum_up_message(seen.events)
            assert [block.type for block in whole.content] == ["thinking", "text", "thinking", "text"]
            assert whole.content[-1].model_dump()["text"] == SAID


async def test_a_message_that_broke_within_its_reasoning_goes_on_in_new_blocks():
    with Upstream(Said(reasoning="I look at the map.", text=SAID)) as upstream:
        async with open_rig(upstream, ("anthropic/small", "openai/big"), policy("resume")) as rig:
            upstream.inject(Fault(kind=FaultKind.RESET, after=5, seconds=0.05))
            whole = sum_up_message((await rig.stream(Wire.MESSAGES)).events)
            assert [block.type for block in whole.content] == ["thinking", "thinking", "text"]
            assert whole.content[-1].model_dump()["text"] == SAID


async def test_a_successor_may_call_a_tool():
    tool = SaidTool(name="find", arguments='{"ship": "Argo"}')

    def call(seen: SeenRequest) -> str | Said:
        return SAID if seen.model == "small" else Said(tool_calls=(tool,))

    with Upstream(call) as upstream:
        async with open_rig(upstream, ("anthropic/small", "openai/big"), policy("resume")) as rig:
            whole = sum_up_message((await break_off(rig, upstream, Wire.MESSAGES)).events)
            assert [block.type for block in whole.content] == ["text", "tool_use"]
            assert whole.content[1].model_dump()["input"] == {"ship": "Argo"}
            assert whole.stop_reason == "tool_use"


@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.MESSAGES])
async def test_a_second_break_is_gone_on_with_as_well(wire: Wire):
    def third(seen: SeenRequest) -> str:
        return " tonight." if seen.model == "third" else go_on(seen)

    own = OWN[wire]
    with Upstream(third) as upstream:
        async with open_rig(upstream, (f"{own}/first", f"{own}/second", f"{own}/third"), policy("resume")) as rig:
            upstream.inject_always(Fault(kind=FaultKind.RESET, after=STARTED[wire] - 1, seconds=0.05), model="second")
            seen = await break_off(rig, upstream, wire)
            text = "The ship lies in the tonight."
            if wire is Wire.CHAT:
                assert sum_up_chat(seen.events).choices[0].message.content == text
            else:
                assert [block.model_dump()["text"] for block in sum_up_message(seen.events).content] == [text]
            assert rig.events == ["stream_broken", "stream_resumed"] * 2


@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.MESSAGES, Wire.RESPONSES])
async def test_half_a_call_of_a_tool_is_not_gone_on_with(wire: Wire):
    said = Said(tool_calls=(SaidTool(name="find", arguments='{"ship": "Argo", "port": "Piraeus"}'),))
    own = OWN.get(wire, "openai")
    with Upstream(said) as upstream:
        async with open_rig(upstream, (f"{own}/small", f"{own}/big"), policy("resume")) as rig:
            upstream.inject(Fault(kind=FaultKind.RESET, after=6, seconds=0.05))
            seen = await rig.stream(wire)
            assert b"error" in seen.events[-1]
            assert rig.events == ["stream_broken"]


@pytest.mark.parametrize("mid_stream", ["resume", "restart"])
async def test_without_another_target_the_stream_ends_in_its_error(mid_stream: MidStream):
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, policy=policy(mid_stream)) as rig:
            seen = await break_off(rig, upstream, Wire.CHAT)
            assert b'"code":"provider_unreachable"' in seen.events[-1]


async def test_a_successor_that_fails_too_ends_the_stream_and_the_first_one_keeps_its_name():
    with Upstream(SAID) as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), policy("resume")) as rig:
            upstream.inject_always(Fault(kind=FaultKind.STATUS, status=503), model="big")
            seen = await break_off(rig, upstream, Wire.CHAT)
            assert b'"code":"provider_refused"' in seen.events[-1]
            assert rig.events == ["stream_broken", "give_up"]
            assert seen.receipt.model == "small"
            assert seen.receipt.usage.output_tokens == 4


async def test_the_rest_of_an_answer_in_a_given_shape_is_not_asked_for():
    with Upstream('{"port": "Piraeus", "ship": "Argo"}') as upstream:
        async with open_rig(upstream, ("openai/small", "openai/big"), policy("resume")) as rig:
            upstream.inject(Fault(kind=FaultKind.RESET, after=3, seconds=0.05))
            await rig.stream(response_format={"type": "json_object"})
            assert rig.events == ["stream_broken"]
            assert not upstream.list_requests(model="big")
