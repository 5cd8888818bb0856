"""FIELD, pain 13: calls of tools survive the way between the wires, whole and streamed, over real providers."""

import json

import pytest

from plimsoll.gateway import Wire
from plimsoll.testing import Fault, FaultKind, Said, SaidTool, Upstream

from flow.gateway.rig import ask, open_rig

pytestmark = pytest.mark.anyio
CALLS = (
    SaidTool(name="find_ship", arguments='{"name": "Argo", "ports": ["Piraeus", "Iolcus"]}', id="call_1"),
    SaidTool(name="weather", arguments='{"at": "Größe ±"}', id="call_2"),
)
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}
TOOLS: dict[Wire, list[dict[str, object]]] = {
    Wire.CHAT: [{"type": "function", "function": {"name": tool.name, "parameters": SCHEMA}} for tool in CALLS],
    Wire.RESPONSES: [{"type": "function", "name": tool.name, "parameters": SCHEMA} for tool in CALLS],
    Wire.MESSAGES: [{"name": tool.name, "input_schema": SCHEMA} for tool in CALLS],
}


@pytest.mark.parametrize("text", ["", "I look."])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("caller", list(TOOLS))
async def test_calls_reach_the_caller_and_tools_reach_the_model(caller: Wire, provider: str, text: str):
    with Upstream(Said(text=text, tool_calls=CALLS)) as upstream:
        async with open_rig(upstream, (f"{provider}/small",)) as rig:
            whole = (await rig.gateway.answer(ask(caller, tools=TOOLS[caller]))).facts
            upstream.inject(FaultKind.SPLIT)
            streamed = (await rig.stream(caller, tools=TOOLS[caller])).facts
            for facts in (whole, streamed):
                assert [(call.id, call.name) for call in facts.tool_calls] == [(c.id, c.name) for c in CALLS]
                assert [json.loads(c.arguments) for c in facts.tool_calls] == [json.loads(c.arguments) for c in CALLS]
                assert facts.text == text
            assert len(upstream.requests[0].body["tools"]) == len(CALLS)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("caller", [Wire.CHAT, Wire.MESSAGES])
async def test_calls_survive_a_fall_back_to_the_other_wire(caller: Wire):
    own, other = ("openai", "anthropic") if caller is Wire.CHAT else ("anthropic", "openai")
    with Upstream(Said(tool_calls=CALLS)) as upstream:
        async with open_rig(upstream, (f"{own}/small", f"{other}/big")) as rig:
            upstream.inject_always(Fault(kind=FaultKind.STATUS, status=404), model="small")
            seen = await rig.stream(caller, tools=TOOLS[caller])
            assert [call.name for call in seen.facts.tool_calls] == ["find_ship", "weather"]
            assert seen.facts.finish_reason in {"tool_calls", "tool_use"}
