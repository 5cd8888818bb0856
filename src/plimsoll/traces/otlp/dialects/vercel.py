"""The AI SDK of Vercel: `ai.*`. Its outer spans (`ai.generateText`) hold the calls (`….doGenerate`) and repeat them."""

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.dialects.older import put_messages
from plimsoll.traces.otlp.dialects.rewriting import (
    Attributes,
    Json,
    as_list,
    as_object,
    call_part,
    message,
    openai_message,
    put,
    read_json,
    read_object,
    rename,
    reply_part,
    text_part,
)

_NAMES = {
    "ai.response.id": "gen_ai.response.id",
    "ai.response.model": "gen_ai.response.model",
    "ai.usage.promptTokens": "gen_ai.usage.input_tokens",
    "ai.usage.inputTokens": "gen_ai.usage.input_tokens",
    "ai.usage.completionTokens": "gen_ai.usage.output_tokens",
    "ai.usage.outputTokens": "gen_ai.usage.output_tokens",
    "ai.usage.tokens": "gen_ai.usage.input_tokens",
    "ai.usage.cachedInputTokens": "gen_ai.usage.cache_read.input_tokens",
    "ai.usage.reasoningTokens": "gen_ai.usage.reasoning.output_tokens",
    "ai.telemetry.functionId": "plimsoll.feature",
    "ai.telemetry.metadata.userId": "plimsoll.subject",
    "ai.telemetry.metadata.sessionId": "plimsoll.session",
    "ai.telemetry.metadata.tags": "plimsoll.tags",
    "ai.toolCall.name": "gen_ai.tool.name",
    "ai.toolCall.id": "gen_ai.tool.call.id",
    "ai.toolCall.args": "gen_ai.tool.call.arguments",
    "ai.toolCall.result": "gen_ai.tool.call.result",
    "ai.model.id": "gen_ai.request.model",
}
_PROVIDERS = {
    "google": "gcp.gemini",
    "vertex": "gcp.vertex_ai",
    "amazon-bedrock": "aws.bedrock",
    "azure-openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "mistral": "mistral_ai",
    "xai": "x_ai",
}
_VECTORS = ("ai.embedding", "ai.embeddings")


def translate(attributes: Attributes, _: list[SpanEvent]) -> None:
    """Rewrite `ai.*`. Vectors are left out."""
    operation, kind = _kind_of(str(attributes.get("ai.operationId", "")))
    if kind:
        attributes["plimsoll.kind"] = kind
        put(attributes, "gen_ai.operation.name", operation)
    provider = str(attributes.get("ai.model.provider", attributes.get("gen_ai.system", "")))
    if provider:
        maker = "vertex" if provider.startswith("google.vertex") else provider.partition(".")[0]
        attributes.pop("gen_ai.system", None)
        attributes["gen_ai.provider.name"] = _PROVIDERS.get(maker, maker)
    rename(attributes, _NAMES)
    for name in _VECTORS:
        attributes.pop(name, None)
    _take_timing(attributes)
    _take_messages(attributes)


def _kind_of(operation: str) -> tuple[str, str]:
    if operation == "ai.toolCall":
        return "execute_tool", "tool"
    is_embedding = operation.startswith("ai.embed")
    if operation.endswith((".doGenerate", ".doStream", ".doEmbed")):
        return ("embeddings" if is_embedding else "chat"), "model"
    return ("", "step") if operation else ("", "")


def _take_timing(attributes: Attributes) -> None:
    for name in ("ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"):
        milliseconds = attributes.pop(name, None)
        if isinstance(milliseconds, int | float):
            put(attributes, "gen_ai.response.time_to_first_chunk", milliseconds / 1_000)


def _take_messages(attributes: Attributes) -> None:
    said = [_message(as_object(one)) for one in as_list(read_json(attributes.pop("ai.prompt.messages", None)))]
    values = attributes.pop("ai.values", None)
    texts = values if isinstance(values, list) else [attributes.pop("ai.value", None)]
    said += [message("user", [text_part(read_json(text) or text)]) for text in texts if text]
    put_messages(attributes, "gen_ai.input.messages", said)
    asked = read_object(attributes.get("ai.prompt"))
    if asked and not said:
        put(attributes, "plimsoll.input", attributes.pop("ai.prompt"))
    _take_answer(attributes)


def _take_answer(attributes: Attributes) -> None:
    text = attributes.pop("ai.response.text", None) or attributes.pop("ai.response.object", None)
    calls = as_list(read_json(attributes.pop("ai.response.toolCalls", None)))
    reason = attributes.pop("ai.response.finishReason", None)
    parts = [text_part(text)] if text else []
    parts += [_call(as_object(call)) for call in calls]
    if parts:
        put_messages(attributes, "gen_ai.output.messages", [message("assistant", parts, finish_reason=reason)])
    put(attributes, "gen_ai.response.finish_reasons", [str(reason)] if reason else None)


def _message(said: dict[str, Json]) -> dict[str, Json]:
    parts = [as_object(part) for part in as_list(said.get("content"))]
    if not any(part.get("type") in {"tool-call", "tool-result"} for part in parts):
        return openai_message(said)
    return message(said.get("role"), [_part(part) for part in parts])


def _part(part: dict[str, Json]) -> dict[str, Json]:
    if part.get("type") == "tool-call":
        return _call(part)
    if part.get("type") == "tool-result":
        return reply_part(content=part.get("output", part.get("result")), call_id=part.get("toolCallId"))
    return text_part(part.get("text", ""))


def _call(call: dict[str, Json]) -> dict[str, Json]:
    return call_part(
        name=call.get("toolName"), arguments=call.get("input", call.get("args")), call_id=call.get("toolCallId")
    )
