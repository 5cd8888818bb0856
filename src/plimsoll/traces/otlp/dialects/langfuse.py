"""Langfuse's SDK: `langfuse.observation.*` for a step, `langfuse.trace.*` for the request it belongs to."""

from plimsoll.records import SpanEvent
from plimsoll.traces.otlp.dialects.rewriting import Attributes, put, read_json, read_object, rename

_KINDS = {
    "generation": ("chat", "model"),
    "embedding": ("embeddings", "model"),
    "tool": ("execute_tool", "tool"),
    "retriever": ("retrieval", "retrieval"),
    "agent": ("invoke_agent", "agent"),
    "chain": ("", "step"),
    "span": ("", "step"),
    "evaluator": ("", "judge"),
    "guardrail": ("", "guard"),
}
_NAMES = {
    "langfuse.observation.input": "plimsoll.input",
    "langfuse.observation.output": "plimsoll.output",
    "langfuse.observation.model.name": "gen_ai.response.model",
    "langfuse.observation.prompt.name": "gen_ai.prompt.name",
    "langfuse.observation.prompt.version": "gen_ai.prompt.version",
    "langfuse.user.id": "plimsoll.subject",
    "langfuse.session.id": "plimsoll.session",
    "langfuse.trace.tags": "plimsoll.tags",
    "langfuse.release": "plimsoll.release",
    "langfuse.version": "plimsoll.version",
    "langfuse.environment": "deployment.environment.name",
}
_TOKENS = {
    "gen_ai.usage.input_tokens": ("input", "prompt_tokens", "input_tokens"),
    "gen_ai.usage.output_tokens": ("output", "completion_tokens", "output_tokens"),
    "gen_ai.usage.cache_read.input_tokens": ("input_cached_tokens", "cache_read_input_tokens"),
    "gen_ai.usage.cache_creation.input_tokens": ("cache_creation_input_tokens",),
    "gen_ai.usage.reasoning.output_tokens": ("output_reasoning_tokens",),
}


def translate(attributes: Attributes, _: list[SpanEvent]) -> None:
    """Rewrite `langfuse.*`."""
    operation, kind = _KINDS.get(str(attributes.get("langfuse.observation.type")).lower(), ("", ""))
    put(attributes, "gen_ai.operation.name", operation)
    put(attributes, "plimsoll.kind", kind)
    rename(attributes, _NAMES)
    for theirs, ours in (("langfuse.trace.input", "plimsoll.input"), ("langfuse.trace.output", "plimsoll.output")):
        put(attributes, ours, attributes.pop(theirs, None))
    tags = attributes.get("plimsoll.tags")
    if isinstance(tags, str):
        read = read_json(tags)
        attributes["plimsoll.tags"] = [str(tag) for tag in read] if isinstance(read, list) else [tags]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    _take_use(attributes)


def _take_use(attributes: Attributes) -> None:
    used = read_object(attributes.get("langfuse.observation.usage_details"))
    for name, theirs in _TOKENS.items():
        value = next((used[one] for one in theirs if one in used), None)
        put(attributes, name, value if isinstance(value, int) else None)
    cost = read_object(attributes.get("langfuse.observation.cost_details")).get("total")
    put(attributes, "plimsoll.cost_usd", cost if isinstance(cost, int | float) else None)
