"""A call as a span: its attributes, named as OpenTelemetry's GenAI conventions name them. Pure."""

import asyncio
from collections.abc import Mapping
from typing import cast

import msgspec

from plimsoll.errors import PlimsollError
from plimsoll.gateway.chat import ChatRequest, write_fields
from plimsoll.gateway.journal import Journal, now_ns
from plimsoll.gateway.wire import ReplyFacts, Wire
from plimsoll.records import Attribute, Outcome, Principal, Span, Usage

_decoder = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode
_NUMBERS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "seed": "gen_ai.request.seed",
}
_CONTENT = {Wire.CHAT: "messages", Wire.MESSAGES: "messages", Wire.RESPONSES: "input"}
_LONGEST_CONTENT = 70_000


def describe_request(journal: Journal) -> dict[str, Attribute]:
    """Return what is asked."""
    call = journal.call
    attributes: dict[str, Attribute] = {
        "plimsoll.kind": "model",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": journal.target.provider,
        "gen_ai.request.model": journal.target.model,
    }
    if call.session:
        attributes["plimsoll.session"] = call.session
    for field, name in _NUMBERS.items():
        value = call.fields.get(field)
        if value is not None:
            number = _decode(value)
            if isinstance(number, int | float):
                attributes[name] = number
    attributes["gen_ai.input.messages"] = write_input(call.wire, call.fields)
    return attributes


def describe_reply(journal: Journal, facts: ReplyFacts) -> dict[str, Attribute]:
    """Return what was answered and what it came to; an unknown cost is left out, it is not 0."""
    answered: dict[str, Attribute] = {
        "gen_ai.output.messages": write_output(facts),
        "gen_ai.response.finish_reasons": [facts.finish_reason],
        "gen_ai.response.model": facts.model or journal.target.model,
    }
    if facts.id:
        answered["gen_ai.response.id"] = facts.id
    if facts.fingerprint:
        answered["openai.response.system_fingerprint"] = facts.fingerprint
    return answered | describe_use(journal.usage, journal.cost_usd)


def describe_use(usage: Usage, cost_usd: float | None) -> dict[str, Attribute]:
    """Return the tokens and the cost."""
    attributes: dict[str, Attribute] = {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
    }
    if usage.cached_input_tokens:
        attributes["gen_ai.usage.cache_read.input_tokens"] = usage.cached_input_tokens
    if usage.cache_write_input_tokens:
        attributes["gen_ai.usage.cache_creation.input_tokens"] = usage.cache_write_input_tokens
    if usage.reasoning_tokens:
        attributes["gen_ai.usage.reasoning.output_tokens"] = usage.reasoning_tokens
    if usage.is_estimated:
        attributes["plimsoll.usage_estimated"] = True
    if cost_usd is not None:
        attributes["plimsoll.cost_usd"] = cost_usd
    return attributes


def describe_failure(error: BaseException) -> tuple[dict[str, Attribute], str]:
    """Return how a call failed, and in one sentence; of a foreign error only the type, since it may hold anything."""
    if isinstance(error, PlimsollError):
        return {"error.type": error.code, "plimsoll.error_class": error.error_class.value}, str(error)
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return {"error.type": "cancelled"}, "The caller went away."
    name = type(error).__name__
    return {"error.type": name}, f"The call broke with {name}."


def describe_caller(caller: Principal, feature: str | None) -> dict[str, Attribute]:
    """Return whose call it is."""
    attributes: dict[str, Attribute] = {"plimsoll.tenant": caller.tenant, "plimsoll.subject": caller.id}
    if feature is not None:
        attributes["plimsoll.feature"] = feature
    return attributes


def write_span(journal: Journal, attributes: Mapping[str, Attribute], *, error: str | None) -> Span:
    """Return the call's span, ended now."""
    operation = attributes.get("gen_ai.operation.name", "chat")
    # Only calls over a wire are written so, and such a call is a request of its own.
    outcome = Outcome.FAILED if error else Outcome.ANSWERED
    return Span(
        trace_id=journal.trace_id,
        span_id=journal.span_id,
        parent_id=journal.parent_id,
        name=f"{operation} {journal.target.model}",
        start_ns=journal.began_ns,
        end_ns=now_ns(journal.clock),
        error=error,
        attributes={**attributes, "plimsoll.outcome": outcome.value},
        events=tuple(journal.events),
    )


def write_input(wire: Wire, fields: Mapping[str, msgspec.Raw]) -> str:
    """Return the messages of a request as the JSON text of the conventions: roles with parts."""
    turns: object = _decode(fields.get(_CONTENT[wire], b"null"))
    written = [_turn(turn) for turn in cast("list[object]", turns)] if isinstance(turns, list) else [_user(turns)]
    for name in ("system", "instructions"):
        if name in fields:
            written.insert(0, {"role": "system", "parts": _parts(_decode(fields[name]))})
    return _encode(written).decode()


def write_messages(request: ChatRequest) -> str:
    """Return what a feature sends a model as its span says it, so that two requests can be told to be the same."""
    return write_input(Wire.CHAT, write_fields(request))


def write_output(facts: ReplyFacts) -> str:
    """Return an answer as the JSON text of the conventions."""
    tools = [
        {"type": "tool_call", "id": tool.id, "name": tool.name, "arguments": tool.arguments}
        for tool in facts.tool_calls
    ]
    parts = [{"type": "text", "content": facts.text}, *tools] if facts.text or not tools else tools
    return _encode([{"role": "assistant", "parts": parts, "finish_reason": facts.finish_reason}]).decode()


def _decode(value: msgspec.Raw | bytes) -> object:
    """Return a value decoded; None for what cannot be read, since a trace never ends a call that was answered."""
    try:
        return _decoder.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None


def _user(text: object) -> dict[str, object]:
    return {"role": "user", "parts": _parts(text)}


def _turn(turn: object) -> dict[str, object]:
    if not isinstance(turn, dict):
        return _user(turn)
    message = cast("dict[str, object]", turn)
    parts = _parts(message.get("content", message.get("output", "")))
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        parts += [{"type": "tool_call", "content": _encode(call).decode()} for call in cast("list[object]", calls)]
    return {"role": str(message.get("role", message.get("type", "user"))), "parts": parts}


def _parts(content: object) -> list[dict[str, object]]:
    if isinstance(content, list):
        return [_part(part) for part in cast("list[object]", content)]
    return [{"type": "text", "content": content if isinstance(content, str) else ""}]


def _part(part: object) -> dict[str, object]:
    """Return a part of a message; of what is no text only what it is, since a picture has no place in a trace."""
    if isinstance(part, str):
        return {"type": "text", "content": part}
    if not isinstance(part, dict):
        return {"type": "unknown"}
    fields = cast("dict[str, object]", part)
    kind, text = str(fields.get("type", "unknown")), fields.get("text")
    if isinstance(text, str):
        return {"type": "text", "content": text}
    return {"type": kind} | {name: fields[name] for name in ("id", "name", "input", "tool_use_id") if name in fields}
