"""A request of OpenAI's responses as one of chat completions.

Dropped: `store`, `include`, `metadata`, `truncation`, `service_tier`, `prompt_cache_…`, `max_tool_calls`, summaries and
encrypted contents of reasoning. What lives in OpenAI's store (earlier responses, files by id) or is run by OpenAI
(hosted tools) is refused.
"""

from typing import cast

from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.requests.parts import shorten, text_part
from plimsoll.gateway.wire.requests.shapes import (
    InputItem,
    InputPart,
    Json,
    ResponsesRequest,
    ResponsesTool,
    ResponsesToolChoice,
    TextFormat,
    read_shape,
    refuse,
    refuse_fields,
)

_KEPT = ("model", "temperature", "top_p", "stream")
_REFUSED = {
    "previous_response_id": "only OpenAI stores earlier responses; send the whole conversation as `input`",
    "conversation": "only OpenAI stores conversations; send the whole conversation as `input`",
    "prompt": "only OpenAI stores prompts",
    "background": "the answer is sent at once",
    "moderation": "only OpenAI moderates within a request",
    "top_logprobs": "other wires do not carry them back",
}
_ROLES = {"developer": "system"}


def responses_to_chat(body: Json) -> Json:
    """Return the request in the words of chat completions. Raises InvalidRequest for what they cannot say."""
    refuse_fields(body, _REFUSED)
    request = read_shape(body, ResponsesRequest, Wire.RESPONSES)
    instructions: list[Json] = [{"role": "system", "content": request.instructions}] if request.instructions else []
    text = request.text
    settings: Json = {
        "messages": instructions + _write_input(request.input),
        "max_completion_tokens": request.max_output_tokens,
        "reasoning_effort": request.reasoning.effort if request.reasoning else None,
        "response_format": _write_format(text.format) if text and text.format else None,
        "verbosity": text.verbosity if text else None,
        "user": request.user or request.safety_identifier,
        "stream_options": {"include_usage": True} if body.get("stream") else None,
    }
    if request.tools:
        settings["tools"] = [_write_tool(tool, f"tools[{index}]") for index, tool in enumerate(request.tools)]
        settings["tool_choice"] = _write_choice(request.tool_choice)
        settings["parallel_tool_calls"] = body.get("parallel_tool_calls")
    return _said({name: body.get(name) for name in _KEPT} | settings)


def _said(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _write_input(said: str | list[InputItem]) -> list[Json]:
    if isinstance(said, str):
        return [{"role": "user", "content": said}]
    messages: list[Json] = []
    for index, item in enumerate(said):
        _write_item(item, messages, place=f"input[{index}]")
    return messages


def _write_item(item: InputItem, messages: list[Json], *, place: str) -> None:
    match item.type:
        case "message" if item.role == "assistant":
            _answer(messages, "content")["content"] = _write_content(item.content, f"{place}.content")
        case "message":
            role = _ROLES.get(item.role, item.role)
            messages.append({"role": role, "content": _write_content(item.content, f"{place}.content")})
        case "function_call":
            function = {"name": item.name, "arguments": item.arguments}
            calls = cast("list[Json]", _answer(messages, "").setdefault("tool_calls", []))
            calls.append({"id": item.call_id, "type": "function", "function": function})
        case "function_call_output":
            content = _write_content(item.output, f"{place}.output")
            messages.append({"role": "tool", "tool_call_id": item.call_id, "content": content})
        case "reasoning":
            reasoning = "" if isinstance(item.content, str) else "".join(part.text for part in item.content or ())
            if reasoning:
                _answer(messages, "reasoning_content")["reasoning_content"] = reasoning
        case _:
            raise refuse(f"{place}.type", f"items of type {item.type!r} are OpenAI's own")


def _answer(messages: list[Json], field: str) -> Json:
    """Return the assistant's message to add a field to: the last one, unless it has that field or calls already."""
    last = messages[-1] if messages else {}
    is_open = last.get("role") == "assistant" and (not field or not (last.get(field) or last.get("tool_calls")))
    if not is_open:
        messages.append({"role": "assistant", "content": None})
    return messages[-1]


def _write_content(content: str | list[InputPart] | None, place: str) -> str | list[Json]:
    if isinstance(content, str) or content is None:
        return content or ""
    parts = [_write_part(part, f"{place}[{index}]") for index, part in enumerate(content)]
    return shorten(parts) if parts else ""


def _write_part(part: InputPart, place: str) -> Json:
    match part.type:
        case "input_text" | "output_text" | "text":
            return text_part(part.text)
        case "refusal":
            return text_part(part.refusal)
        case "input_image" if part.image_url:
            return {"type": "image_url", "image_url": {"url": part.image_url}}
        case "input_file" if part.file_data or part.file_url:
            named: Json = {"filename": part.filename, "file_data": part.file_data, "file_url": part.file_url}
            return {"type": "file", "file": _said(named)}
        case "input_image" | "input_file":
            raise refuse(f"{place}.file_id", "a file's id is known to OpenAI only; send its data or its URL")
        case _:
            raise refuse(f"{place}.type", f"parts of type {part.type!r} have no counterpart")


def _write_format(wanted: TextFormat) -> Json | None:
    if wanted.type == "json_schema":
        asked: Json = {"name": wanted.name, "schema": wanted.schema}
        asked |= {"strict": wanted.strict, "description": wanted.description}
        return {"type": "json_schema", "json_schema": _said(asked)}
    if wanted.type in {"text", "json_object"}:
        return {"type": wanted.type} if wanted.type == "json_object" else None
    raise refuse("text.format.type", f"{wanted.type!r} has no counterpart in chat completions")


def _write_tool(tool: ResponsesTool, place: str) -> Json:
    if tool.type != "function":
        raise refuse(f"{place}.type", f"{tool.type!r} tools are OpenAI's own")
    function: Json = {"name": tool.name, "description": tool.description}
    function |= {"parameters": tool.parameters, "strict": tool.strict}
    return {"type": "function", "function": _said(function)}


def _write_choice(choice: str | ResponsesToolChoice | None) -> object:
    if not isinstance(choice, ResponsesToolChoice):
        return choice
    if choice.type == "function":
        return {"type": "function", "function": {"name": choice.name}}
    if choice.type == "allowed_tools":
        tools = [{"type": "function", "function": {"name": tool.name}} for tool in choice.tools]
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": tools}}
    raise refuse("tool_choice.type", f"{choice.type!r} is a tool of OpenAI's own")
