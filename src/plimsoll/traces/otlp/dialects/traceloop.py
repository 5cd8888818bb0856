"""OpenLLMetry: `traceloop.*` around calls, and the `llm.*` names of calls before it took the released ones over."""

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.dialects.rewriting import Attributes, put, rename

_KINDS = {
    "workflow": ("invoke_workflow", "agent"),
    "task": ("", "step"),
    "agent": ("invoke_agent", "agent"),
    "tool": ("execute_tool", "tool"),
}
_NAMES = {
    "traceloop.entity.input": "plimsoll.input",
    "traceloop.entity.output": "plimsoll.output",
    "traceloop.association.properties.user_id": "plimsoll.subject",
    "traceloop.association.properties.session_id": "plimsoll.session",
    "traceloop.association.properties.thread_id": "plimsoll.session",
    "traceloop.association.properties.chat_id": "plimsoll.session",
    "traceloop.prompt.key": "gen_ai.prompt.name",
    "traceloop.prompt.version": "gen_ai.prompt.version",
}
_RETRIEVES = "vector_db_retrieve"
_CALL_NAMES = {
    "llm.request.model": "gen_ai.request.model",
    "llm.response.model": "gen_ai.response.model",
    "llm.usage.prompt_tokens": "gen_ai.usage.input_tokens",
    "llm.usage.completion_tokens": "gen_ai.usage.output_tokens",
    "llm.temperature": "gen_ai.request.temperature",
    "llm.top_p": "gen_ai.request.top_p",
    "llm.frequency_penalty": "gen_ai.request.frequency_penalty",
    "llm.presence_penalty": "gen_ai.request.presence_penalty",
    "llm.user": "plimsoll.subject",
}
_OPERATIONS = {"chat": "chat", "completion": "text_completion", "embedding": "embeddings"}


def translate(attributes: Attributes, _: list[SpanEvent]) -> None:
    """Rewrite `traceloop.*`."""
    operation, kind = _KINDS.get(str(attributes.get("traceloop.span.kind")), ("", ""))
    if attributes.get("gen_ai.operation.name") == _RETRIEVES:
        # A task by its kind of span; what it did is said by its operation alone.
        attributes["gen_ai.operation.name"] = kind = "retrieval"
    put(attributes, "gen_ai.operation.name", operation)
    put(attributes, "plimsoll.kind", kind)
    entity = attributes.get("traceloop.entity.name")
    if entity and kind in {"tool", "agent"}:
        put(attributes, f"gen_ai.{kind}.name", entity)
    rename(attributes, _NAMES)


def translate_call(attributes: Attributes, _: list[SpanEvent]) -> None:
    """Rewrite `llm.*` where they are OpenLLMetry's."""
    operation = _OPERATIONS.get(str(attributes.get("llm.request.type")))
    put(attributes, "gen_ai.operation.name", operation)
    rename(attributes, _CALL_NAMES)
