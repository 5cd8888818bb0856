"""Older names of the GenAI conventions: `gen_ai.system`, prompt and completion tokens, messages in events or flattened.

OpenLLMetry wrote its messages flattened (`gen_ai.prompt.0.content`) before it took the released names over.
"""

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.dialects.rewriting import (
    Attributes,
    Json,
    as_object,
    call_part,
    gather,
    in_order,
    message,
    openai_message,
    put,
    read_json,
    rename,
    reply_part,
    text_part,
    write,
)

_NAMES = {
    "gen_ai.system": "gen_ai.provider.name",
    "gen_ai.usage.prompt_tokens": "gen_ai.usage.input_tokens",
    "gen_ai.usage.completion_tokens": "gen_ai.usage.output_tokens",
    "gen_ai.usage.cache_read_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_write.input_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.details.cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.details.cache_read_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.details.cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.details.cache_creation_input_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.details.reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.openai.request.seed": "gen_ai.request.seed",
    "gen_ai.response.finish_reason": "gen_ai.response.finish_reasons",
}
_PROVIDERS = {
    "az.ai.openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "vertex_ai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "xai": "x_ai",
}
_CONTENT = {"gen_ai.content.prompt": "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}
_DETAILS = "gen_ai.client.inference.operation.details"
_SAID_TO = {"gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message"}
CHOICE = "gen_ai.choice"
MESSAGE_EVENTS = frozenset({*_SAID_TO, CHOICE})
"""Events that are messages."""
_IN, _OUT = "gen_ai.input.messages", "gen_ai.output.messages"
_TOTAL, _CACHED, _KEPT = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
)


def translate(attributes: Attributes, events: list[SpanEvent]) -> None:
    """Rewrite older names; messages that came as events become attributes."""
    rename(attributes, _NAMES)
    _spell_provider(attributes)
    reasons = attributes.get("gen_ai.response.finish_reasons")
    if isinstance(reasons, str):
        attributes["gen_ai.response.finish_reasons"] = _read_reasons(reasons)
    if "gen_ai.prompt.0.role" in attributes or "gen_ai.completion.0.role" in attributes:
        put_messages(attributes, _IN, [_flattened(one) for one in gather(attributes, "gen_ai.prompt")])
        put_messages(attributes, _OUT, [_flattened(one) for one in gather(attributes, "gen_ai.completion")])
    if events:
        _take_events(attributes, events)
    for theirs, ours in (("gen_ai.prompt", _IN), ("gen_ai.completion", _OUT)):
        if isinstance(attributes.get(theirs), str):
            put(attributes, ours, attributes.pop(theirs))
    _count_cached_once(attributes)


def put_messages(attributes: Attributes, name: str, messages: list[dict[str, Json]]) -> None:
    """Write messages under a name that has none yet."""
    if messages:
        put(attributes, name, write(messages))


def read_event(name: str, said: dict[str, Json]) -> dict[str, Json]:
    """Return the message that an event is; its fields stand beside each other or in `message`."""
    inner = said.get("message")
    fields = as_object(read_json(inner) if isinstance(inner, str) else inner) or dict(said)
    if isinstance(inner, str) and not as_object(read_json(inner)):
        fields["content"] = inner
    for field in ("tool_calls", "content"):
        read = read_json(fields.get(field)) if isinstance(fields.get(field), str) else None  # pyright: ignore[reportArgumentType]
        if isinstance(read, list):
            fields[field] = read
    role = "assistant" if name == CHOICE else name.removeprefix("gen_ai.").removesuffix(".message")
    reason = said.get("finish_reason")
    return openai_message({"role": role} | fields | ({"finish_reason": reason} if reason else {}))


def _spell_provider(attributes: Attributes) -> None:
    provider = attributes.get("gen_ai.provider.name")
    if isinstance(provider, str):
        name = provider.lower()
        attributes["gen_ai.provider.name"] = _PROVIDERS.get(name, name)


def _read_reasons(text: str) -> list[str]:
    read = read_json(text)
    return [str(reason) for reason in read] if isinstance(read, list) else [text]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _flattened(one: dict[str, Json]) -> dict[str, Json]:
    content = one.get("content")
    if one.get("role") == "tool":
        return message("tool", [reply_part(content=content, call_id=one.get("tool_call_id"))])
    calls = [
        call_part(name=call.get("name"), arguments=call.get("arguments"), call_id=call.get("id"))
        for call in (as_object(item) for item in in_order(one.get("tool_calls")))
    ]
    parts = [text_part(content), *calls] if content else calls
    return message(one.get("role"), parts, finish_reason=one.get("finish_reason"))


def _take_events(attributes: Attributes, events: list[SpanEvent]) -> None:
    """Take messages out of the events, so that each is stored once."""
    said: dict[str, list[dict[str, Json]]] = {_IN: [], _OUT: []}
    left: list[SpanEvent] = []
    for event in events:
        if event.name in MESSAGE_EVENTS:
            said[_OUT if event.name == CHOICE else _IN].append(read_event(event.name, dict(event.attributes)))
        elif event.name in _CONTENT:
            put(attributes, _CONTENT[event.name], event.attributes.get(_CONTENT[event.name]))
        elif event.name == _DETAILS:
            for name, value in event.attributes.items():
                put(attributes, name, value)
        else:
            left.append(event)
    if len(left) < len(events):
        events[:] = left
        for name, messages in said.items():
            put_messages(attributes, name, messages)


def _count_cached_once(attributes: Attributes) -> None:
    """Make cached tokens a part of the total. A sender whose cached tokens exceed it counts them beside it."""
    total, cached, kept = (attributes.get(name, 0) for name in (_TOTAL, _CACHED, _KEPT))
    if isinstance(total, int) and isinstance(cached, int) and isinstance(kept, int) and cached + kept > total:
        attributes[_TOTAL] = total + cached + kept
