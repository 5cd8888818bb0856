"""A request of chat completions as one of Anthropic's messages.

Dropped, since other providers cannot say them and the answer means the same: `seed`, penalties, `store`, `metadata`,
`prediction`, `service_tier`, `verbosity`, `stream_options`, `prompt_cache_…`, an image's `detail`, participants' names.
System messages move to the front, in their order: only the newest models take them in the middle.
"""

from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.requests.arguments import read_arguments
from plimsoll.gateway.wire.requests.messages_to_chat import TOOL_FAILED
from plimsoll.gateway.wire.requests.parts import shorten, text_part, to_block
from plimsoll.gateway.wire.requests.schema import close_objects
from plimsoll.gateway.wire.requests.shapes import (
    ChatCall,
    ChatMessage,
    ChatPart,
    ChatRequest,
    ChatTool,
    ChatToolChoice,
    Json,
    read_shape,
    refuse,
    refuse_fields,
)

DEFAULT_MAX_TOKENS = 4_096
"""Most tokens to write where the caller does not say: Anthropic needs a bound."""

_KEPT = ("model", "temperature", "top_p", "top_k", "stream")
_REFUSED = {
    "audio": "Anthropic's models do not speak",
    "functions": "they are deprecated; use `tools`",
    "function_call": "it is deprecated; use `tool_choice`",
    "logprobs": "Anthropic does not tell them",
    "top_logprobs": "Anthropic does not tell them",
    "logit_bias": "Anthropic has no such control",
    "web_search_options": "only OpenAI runs that search",
    "moderation": "only OpenAI moderates within a request",
}
_JSON_OBJECT = "Answer with one JSON object and nothing else: no introduction, no code fence."
_EFFORTS = {"minimal": "low"}


def chat_to_messages(body: Json) -> Json:
    """Return the request in the words of Anthropic's messages. Raises InvalidRequest for what they cannot say."""
    refuse_fields(body, _REFUSED)
    request = read_shape(body, ChatRequest, Wire.CHAT)
    _check(request)
    system = _write_system(request)
    settings: Json = {
        "max_tokens": request.max_completion_tokens or request.max_tokens or DEFAULT_MAX_TOKENS,
        "system": shorten(system) if system else None,
        "messages": _write_turns(request.messages),
        "stop_sequences": [request.stop] if isinstance(request.stop, str) else request.stop or None,
        "metadata": _write_metadata(request),
    }
    messages: Json = {name: body[name] for name in _KEPT if body.get(name) is not None}
    messages |= {name: value for name, value in settings.items() if value is not None}
    return messages | _write_output(request) | _write_tools(request)


def _check(request: ChatRequest) -> None:
    if request.n is not None and request.n > 1:
        raise refuse("n", f"it is {request.n}, and Anthropic gives one answer a request")
    if "audio" in (request.modalities or ()):
        raise refuse("modalities", "Anthropic's models do not speak")


def _write_system(request: ChatRequest) -> list[Json]:
    system: list[Json] = []
    for index, message in enumerate(request.messages):
        if message.role in {"system", "developer"}:
            system += _write_content(message.content, f"messages[{index}].content")
    if request.response_format is not None and request.response_format.type == "json_object":
        system.append(text_part(_JSON_OBJECT))
    return system


def _write_content(content: str | list[ChatPart] | None, place: str) -> list[Json]:
    """Return blocks; empty texts, which Anthropic refuses, are left out."""
    if isinstance(content, str) or content is None:
        return [text_part(content)] if content else []
    blocks = [to_block(part, f"{place}[{index}]") for index, part in enumerate(content)]
    return [block for block in blocks if block.get("text") != ""]


def _write_turns(messages: list[ChatMessage]) -> list[Json]:
    turns: list[Json] = []
    results: list[Json] | None = None
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        match message.role:
            case "system" | "developer":
                continue
            case "tool":
                if results is None:
                    results = []
                    turns.append({"role": "user", "content": results})
                results.append(_write_result(message, place))
            case "user" if results is not None:
                results += _write_content(message.content, f"{place}.content")
                results = None
            case "user":
                turns.append({"role": "user", "content": shorten(_write_content(message.content, f"{place}.content"))})
            case "assistant":
                results = None
                turns += _write_answer(message, place)
            case _:
                raise refuse(f"{place}.role", f"{message.role!r} has no counterpart in Anthropic's messages")
    return turns


def _write_result(message: ChatMessage, place: str) -> Json:
    blocks = _write_content(message.content, f"{place}.content")
    result: Json = {"type": "tool_result", "tool_use_id": message.tool_call_id}
    if blocks and str(blocks[0].get("text", "")).startswith(TOOL_FAILED):
        result["is_error"] = True
        rest = str(blocks[0]["text"]).removeprefix(TOOL_FAILED)
        blocks = [blocks[0] | {"text": rest}, *blocks[1:]] if rest else blocks[1:]
    return result | {"content": shorten(blocks)} if blocks else result


def _write_answer(message: ChatMessage, place: str) -> list[Json]:
    """Return the assistant's turn; none for a message that says nothing."""
    blocks: list[Json] = [
        block for block in message.thinking_blocks or [] if block.get("signature") or block.get("data")
    ]
    blocks += _write_content(message.content, f"{place}.content")
    blocks += [text_part(message.refusal)] if message.refusal else []
    for index, call in enumerate(message.tool_calls or []):
        blocks.append(_write_call(call, f"{place}.tool_calls[{index}]"))
    return [{"role": "assistant", "content": shorten(blocks)}] if blocks else []


def _write_call(call: ChatCall, place: str) -> Json:
    if call.function is None:
        raise refuse(f"{place}.type", f"{call.type!r} has no counterpart in Anthropic's messages")
    sent = call.function.arguments
    arguments = sent if isinstance(sent, dict) else read_arguments(sent or "")
    return {"type": "tool_use", "id": call.id, "name": call.function.name, "input": arguments}


def _write_metadata(request: ChatRequest) -> Json | None:
    user = request.user or request.safety_identifier
    return {"user_id": user} if user else None


def _write_output(request: ChatRequest) -> Json:
    """Return how long to think and what shape the answer must have."""
    output: Json = {}
    written: Json = {}
    if request.reasoning_effort == "none":
        written["thinking"] = {"type": "disabled"}
    elif request.reasoning_effort:
        written["thinking"] = {"type": "adaptive"}
        output["effort"] = _EFFORTS.get(request.reasoning_effort, request.reasoning_effort)
    wanted = request.response_format
    if wanted is not None and wanted.type == "json_schema":
        schema = (wanted.json_schema.schema if wanted.json_schema else None) or {}
        output["format"] = {"type": "json_schema", "schema": close_objects(schema)}
    elif wanted is not None and wanted.type not in {"text", "json_object"}:
        raise refuse("response_format.type", f"{wanted.type!r} has no counterpart in Anthropic's messages")
    return written | ({"output_config": output} if output else {})


def _write_tools(request: ChatRequest) -> Json:
    if not request.tools:
        return {}
    choice = request.tool_choice
    allowed = choice.allowed_tools if isinstance(choice, ChatToolChoice) else None
    names = {tool.function.name for tool in allowed.tools} if allowed is not None else None
    tools = [_write_tool(tool, f"tools[{index}]") for index, tool in enumerate(request.tools)]
    written: Json = {"tools": [tool for tool in tools if names is None or tool["name"] in names]}
    chosen = _write_choice(choice)
    if request.parallel_tool_calls is False and (chosen or {}).get("type") != "none":
        chosen = (chosen or {"type": "auto"}) | {"disable_parallel_tool_use": True}
    return written | ({"tool_choice": chosen} if chosen else {})


def _write_tool(tool: ChatTool, place: str) -> Json:
    function = tool.function
    if function is None:
        raise refuse(f"{place}.type", f"{tool.type!r} tools have no counterpart in Anthropic's messages")
    written: Json = {"name": function.name, "input_schema": {"type": "object", "properties": {}}}
    if function.parameters:
        written["input_schema"] = {"type": "object"} | function.parameters
    if function.description is not None:
        written["description"] = function.description
    if function.strict:
        written["strict"] = True
    if tool.cache_control is not None:
        written["cache_control"] = tool.cache_control
    return written


def _write_choice(choice: str | ChatToolChoice | None) -> Json | None:
    if isinstance(choice, ChatToolChoice):
        if choice.function is not None:
            return {"type": "tool", "name": choice.function.name}
        choice = choice.allowed_tools.mode if choice.allowed_tools is not None else choice.type
    if choice is None:
        return None
    word = {"auto": "auto", "required": "any", "none": "none"}.get(choice)
    if word is None:
        raise refuse("tool_choice", f"{choice!r} has no counterpart in Anthropic's messages")
    return {"type": word}
