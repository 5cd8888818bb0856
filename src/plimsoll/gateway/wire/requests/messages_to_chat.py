"""A request of Anthropic's messages as one of chat completions.

Dropped, since only cost or speed hang on them or chat cannot say them: `cache_control`, `service_tier`, `speed`,
`top_k`, `diagnostics`, thinking that carries Anthropic's signature, thinking switched off or left to the model.
"""

from plimsoll.gateway.chat import is_strict
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.requests.arguments import write_arguments
from plimsoll.gateway.wire.requests.parts import shorten, text_part, to_chat_parts
from plimsoll.gateway.wire.requests.shapes import (
    Block,
    Json,
    MessagesRequest,
    MessagesTool,
    MessagesToolChoice,
    Turn,
    read_shape,
    refuse,
    refuse_fields,
)

TOOL_FAILED = "The tool failed: "
"""What begins the result of a tool that failed: chat has no other word for it."""

_KEPT = ("model", "temperature", "top_p", "stream")
_REFUSED = {
    "container": "only Anthropic runs containers",
    "mcp_servers": "only Anthropic calls MCP servers by itself",
    "inference_geo": "other providers do not promise where they compute",
}
_LOW_BUDGET, _MEDIUM_BUDGET = 4_096, 16_384  # thinking tokens up to which an effort is called low, medium


def messages_to_chat(body: Json) -> Json:
    """Return the request in the words of chat completions. Raises InvalidRequest for what they cannot say."""
    refuse_fields(body, _REFUSED)
    request = read_shape(body, MessagesRequest, Wire.MESSAGES)
    chat: Json = {name: body[name] for name in _KEPT if body.get(name) is not None}
    chat["messages"] = [*_write_system(request), *_write_turns(request.messages)]
    settings: Json = {
        "max_completion_tokens": request.max_tokens,
        "stop": request.stop_sequences or None,
        "user": request.metadata.user_id if request.metadata else None,
        "reasoning_effort": _write_effort(request),
        "response_format": _write_format(request),
        "stream_options": {"include_usage": True} if body.get("stream") else None,
    }
    if request.tools:
        settings["tools"] = [_write_tool(tool, f"tools[{index}]") for index, tool in enumerate(request.tools)]
        settings |= _write_choice(request.tool_choice)
    return chat | {name: value for name, value in settings.items() if value is not None}


def _write_system(request: MessagesRequest) -> list[Json]:
    if isinstance(request.system, str):
        return [{"role": "system", "content": request.system}]
    parts = [text_part(block.text) for block in request.system or []]
    return [{"role": "system", "content": shorten(parts)}] if parts else []


def _write_turns(turns: list[Turn]) -> list[Json]:
    messages: list[Json] = []
    for index, turn in enumerate(turns):
        place = f"messages[{index}].content"
        if isinstance(turn.content, str):
            messages.append({"role": turn.role, "content": turn.content})
        elif turn.role == "assistant":
            messages.append(_write_answer(turn.content, place))
        else:
            messages += _write_said(turn.role, turn.content, place)
    return messages


def _write_said(role: str, blocks: list[Block], place: str) -> list[Json]:
    """Results come first: they must follow the message that called the tools."""
    messages: list[Json] = []
    rest: list[Json] = []
    for index, block in enumerate(blocks):
        inner = f"{place}[{index}]"
        if block.type == "tool_result":
            messages.append({"role": "tool", "tool_call_id": block.tool_use_id, "content": _write_result(block, inner)})
        else:
            rest += to_chat_parts(block, inner)
    if rest or not messages:
        messages.append({"role": role, "content": shorten(rest) if rest else ""})
    return messages


def _write_result(block: Block, place: str) -> str | list[Json]:
    head = TOOL_FAILED if block.is_error else ""
    if not block.content or isinstance(block.content, str):
        return f"{head}{block.content or ''}"
    inner = [part for nested in block.content for part in to_chat_parts(nested, place)]
    if head and inner[0]["type"] == "text":
        return shorten([text_part(f"{head}{inner[0]['text']}"), *inner[1:]])
    return shorten([text_part(head), *inner] if head else inner)


def _write_answer(blocks: list[Block], place: str) -> Json:
    """Thinking without a signature came from a model that is not Anthropic's, and goes back to it as it came."""
    text = "".join(block.text for block in blocks if block.type == "text")
    message: Json = {"role": "assistant", "content": text or None}
    calls: list[Json] = []
    for index, block in enumerate(blocks):
        if block.type == "tool_use":
            function = {"name": block.name, "arguments": write_arguments(block.input)}
            calls.append({"id": block.id, "type": "function", "function": function})
        elif block.type not in {"text", "thinking", "redacted_thinking"}:
            raise refuse(f"{place}[{index}].type", f"{block.type!r} is a tool that only Anthropic runs")
    reasoning = "".join(block.thinking for block in blocks if block.type == "thinking" and not block.signature)
    if reasoning:
        message["reasoning_content"] = reasoning
    if calls:
        message["tool_calls"] = calls
    elif not text:
        message["content"] = ""
    return message


def _write_tool(tool: MessagesTool, place: str) -> Json:
    if tool.type not in {None, "custom"}:
        raise refuse(f"{place}.type", f"{tool.type!r} is a tool of Anthropic's own")
    function: Json = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.input_schema is not None:
        function["parameters"] = tool.input_schema
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _write_choice(choice: MessagesToolChoice | None) -> Json:
    if choice is None:
        return {}
    word: object = {"auto": "auto", "any": "required", "none": "none"}.get(choice.type)
    if choice.type == "tool":
        word = {"type": "function", "function": {"name": choice.name}}
    if word is None:
        raise refuse("tool_choice.type", f"{choice.type!r} is none of 'any', 'auto', 'none', 'tool'")
    written: Json = {"tool_choice": word}
    if choice.disable_parallel_tool_use and choice.type != "none":
        written["parallel_tool_calls"] = False
    return written


def _write_effort(request: MessagesRequest) -> str | None:
    if request.thinking is not None and request.thinking.type == "disabled":
        return None
    if request.output_config is not None and request.output_config.effort:
        return request.output_config.effort
    budget = request.thinking.budget_tokens if request.thinking is not None else None
    if budget is None:
        return None
    return "low" if budget <= _LOW_BUDGET else "medium" if budget <= _MEDIUM_BUDGET else "high"


def _write_format(request: MessagesRequest) -> Json | None:
    wanted = (request.output_config.format if request.output_config else None) or request.output_format
    if wanted is None:
        return None
    asked: Json = {"name": "answer", "schema": wanted.schema}
    if is_strict(wanted.schema):
        asked["strict"] = True
    return {"type": "json_schema", "json_schema": asked}
