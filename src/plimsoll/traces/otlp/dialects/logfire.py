"""Logfire and pydantic-ai, which write released names and some of their own beside them."""

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.dialects.older import put_messages, read_event
from plimsoll.traces.otlp.dialects.rewriting import Attributes, as_list, as_object, put, read_json, rename

_NAMES = {
    "operation.cost": "plimsoll.cost_usd",
    "agent_name": "gen_ai.agent.name",
    "pydantic_ai.all_messages": "plimsoll.input",
    "final_result": "plimsoll.output",
    "tool_arguments": "gen_ai.tool.call.arguments",
    "tool_response": "gen_ai.tool.call.result",
    "logfire.tags": "plimsoll.tags",
}
_EVENTS = ("events", "all_messages_events")


def translate(attributes: Attributes, _: list[SpanEvent]) -> None:
    """Rewrite what these write beside released names."""
    rename(attributes, _NAMES)
    if "gen_ai.agent.name" in attributes and "gen_ai.operation.name" not in attributes:
        put(attributes, "gen_ai.operation.name", "invoke_agent")
    if "gen_ai.tool.name" in attributes and "gen_ai.operation.name" not in attributes:
        put(attributes, "gen_ai.operation.name", "execute_tool")
    for name in _EVENTS:
        said = [as_object(one) for one in as_list(read_json(attributes.get(name)))]
        if said and all("event.name" in one for one in said):
            attributes.pop(name)
            messages = [(str(one["event.name"]), read_event(str(one["event.name"]), one)) for one in said]
            for target, is_answer in (("gen_ai.input.messages", False), ("gen_ai.output.messages", True)):
                chosen = [message for kind, message in messages if (kind == "gen_ai.choice") is is_answer]
                put_messages(attributes, target, chosen)
