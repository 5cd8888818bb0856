"""OpenInference, as Arize's instrumentors write it: `openinference.span.kind`, `llm.*` with flattened messages."""

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.dialects.older import put_messages
from plimsoll.traces.otlp.dialects.rewriting import (
    Attributes,
    Json,
    as_object,
    call_part,
    gather,
    in_order,
    message,
    put,
    read_object,
    rename,
    reply_part,
    text_part,
    write,
)

_KINDS = {
    "LLM": ("chat", "model"),
    "EMBEDDING": ("embeddings", "model"),
    "RETRIEVER": ("retrieval", "retrieval"),
    "RERANKER": ("", "rerank"),
    "TOOL": ("execute_tool", "tool"),
    "AGENT": ("invoke_agent", "agent"),
    "CHAIN": ("", "step"),
    "GUARDRAIL": ("", "guard"),
    "EVALUATOR": ("", "judge"),
    "PROMPT": ("", "prompt"),
}
_NAMES = {
    "llm.provider": "gen_ai.provider.name",
    "llm.response.model_name": "gen_ai.response.model",
    "llm.request.model_name": "gen_ai.request.model",
    "embedding.model_name": "gen_ai.request.model",
    "reranker.model_name": "gen_ai.request.model",
    "reranker.query": "plimsoll.input",
    "llm.token_count.prompt": "gen_ai.usage.input_tokens",
    "llm.token_count.completion": "gen_ai.usage.output_tokens",
    "llm.token_count.prompt_details.cache_read": "gen_ai.usage.cache_read.input_tokens",
    "llm.token_count.prompt_details.cache_write": "gen_ai.usage.cache_creation.input_tokens",
    "llm.token_count.completion_details.reasoning": "gen_ai.usage.reasoning.output_tokens",
    "llm.cost.total": "plimsoll.cost_usd",
    "tool.name": "gen_ai.tool.name",
    "tool.description": "gen_ai.tool.description",
    "tool.id": "gen_ai.tool.call.id",
    "agent.name": "gen_ai.agent.name",
    "tag.tags": "plimsoll.tags",
}
_PARAMETERS = ("temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty", "presence_penalty")
_BY_KIND = (
    ("retrieval.documents", "plimsoll.output"),
    ("reranker.output_documents", "plimsoll.output"),
    ("reranker.input_documents", "plimsoll.rerank.input"),
)


def translate(attributes: Attributes, _: list[SpanEvent]) -> None:
    """Rewrite OpenInference's names. What it says twice, as messages and as a request's JSON, is kept as messages."""
    operation, kind = _KINDS.get(str(attributes.get("openinference.span.kind", "LLM")).upper(), ("", "step"))
    put(attributes, "gen_ai.operation.name", operation)
    put(attributes, "plimsoll.kind", kind)
    if kind == "model":
        _translate_call(attributes)
    rename(attributes, _NAMES)
    for prefix, name in _BY_KIND:
        documents = [as_object(one.get("document", one)) for one in gather(attributes, prefix)]
        if documents:
            put(attributes, name, write(documents))
    _place_values(attributes)


def _translate_call(attributes: Attributes) -> None:
    system, model = attributes.get("llm.system"), attributes.pop("llm.model_name", None)
    put(attributes, "llm.provider", system)
    put(attributes, "llm.response.model_name", model if "output.value" in attributes else None)
    asked = read_object(attributes.get("llm.invocation_parameters"))
    asked_model = asked.get("model")
    put(attributes, "llm.request.model_name", asked_model if isinstance(asked_model, str) else model)
    for name in _PARAMETERS:
        value = asked.get(name)
        put(attributes, f"gen_ai.request.{name}", value if isinstance(value, int | float) else None)
    _take_messages(attributes)
    reason = attributes.pop("llm.finish_reason", None)
    put(attributes, "gen_ai.response.finish_reasons", [str(reason)] if reason else None)
    answered = read_object(attributes.get("output.value"))
    # LangChain wraps what the provider said.
    answered = as_object(answered.get("llm_output")) or answered
    for theirs, ours in (("id", "gen_ai.response.id"), ("system_fingerprint", "openai.response.system_fingerprint")):
        value = answered.get(theirs)
        put(attributes, ours, value if isinstance(value, str) else None)


def _take_messages(attributes: Attributes) -> None:
    put_messages(attributes, "gen_ai.input.messages", _messages(attributes, "llm.input_messages"))
    put_messages(attributes, "gen_ai.output.messages", _messages(attributes, "llm.output_messages"))
    tools = [read_object(_schema_of(one)) for one in gather(attributes, "llm.tools")]
    if tools:
        put(attributes, "gen_ai.tool.definitions", write(tools))
    texts = [as_object(one.get("embedding")).get("text") for one in gather(attributes, "embedding.embeddings")]
    # Vectors are left out: they say nothing to a reader and are larger than all the rest.
    put_messages(attributes, "gen_ai.input.messages", [message("user", [text_part(text)]) for text in texts if text])


def _schema_of(tool: dict[str, Json]) -> str:
    return str(as_object(tool.get("tool")).get("json_schema", ""))


def _messages(attributes: Attributes, prefix: str) -> list[dict[str, Json]]:
    return [_message(as_object(one.get("message"))) for one in gather(attributes, prefix)]


def _message(said: dict[str, Json]) -> dict[str, Json]:
    content = said.get("content")
    if said.get("role") == "tool" or "tool_call_id" in said:
        return message("tool", [reply_part(content=content, call_id=said.get("tool_call_id"))])
    parts = [text_part(content)] if content else []
    parts += [_part(as_object(as_object(one).get("message_content"))) for one in in_order(said.get("contents"))]
    parts += [_call(as_object(as_object(one).get("tool_call"))) for one in in_order(said.get("tool_calls"))]
    return message(said.get("role"), parts)


def _part(content: dict[str, Json]) -> dict[str, Json]:
    if isinstance(content.get("text"), str):
        return text_part(content["text"])
    return {"type": content.get("type", "unknown")}


def _call(call: dict[str, Json]) -> dict[str, Json]:
    function = as_object(call.get("function"))
    return call_part(name=function.get("name"), arguments=function.get("arguments"), call_id=call.get("id"))


def _place_values(attributes: Attributes) -> None:
    for theirs, ours, messages in (
        ("input.value", "plimsoll.input", "gen_ai.input.messages"),
        ("output.value", "plimsoll.output", "gen_ai.output.messages"),
    ):
        value = attributes.pop(theirs, None)
        if messages not in attributes:
            put(attributes, ours, value)
