"""What dialects have in common: renaming, reading JSON texts, gathering flattened lists, writing messages. Pure.

A message is written as the released conventions write it: a role and parts.
"""

from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from plimsoll.records import Attribute

Attributes = dict[str, Attribute]
Json = object
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(enc_hook=str).encode
# Lists are flattened into names with numbers; a number beyond this is not taken for a place in a list.
_LONGEST_LIST = 10_000


def rename(attributes: Attributes, names: Mapping[str, str]) -> None:
    """Give attributes their released names; where both names were sent the released one's value stays."""
    for old in names.keys() & attributes.keys():
        attributes.setdefault(names[old], attributes.pop(old))


def put(attributes: Attributes, name: str, value: Attribute | None) -> None:
    """Set an attribute that nobody has set, unless there is nothing to say."""
    if value is not None and value not in ("", []) and name not in attributes:
        attributes[name] = value


def read_json(value: Attribute | None) -> Json:
    """Return the JSON value of a text; None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_object(value: Attribute | None) -> dict[str, Json]:
    """Return the JSON object of a text; an empty one for anything else."""
    return as_object(read_json(value))


def as_object(value: Json) -> dict[str, Json]:
    """Return an object as one; an empty one for anything else."""
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    """Return a list as one; an empty one for anything else."""
    return cast("list[Json]", value) if isinstance(value, list) else []


def write(value: Json) -> str:
    """Return a value as JSON text."""
    return _encode(value).decode()


def gather(attributes: Attributes, prefix: str) -> list[dict[str, Json]]:
    """Take all attributes `prefix.N.rest` out, and return them as the list of objects that they were."""
    head = prefix + "."
    entries: dict[int, dict[str, Json]] = {}
    for name in [name for name in attributes if name.startswith(head)]:
        number, _, rest = name[len(head) :].partition(".")
        if rest and number.isdecimal() and len(number) <= len(str(_LONGEST_LIST)):
            _set(entries.setdefault(int(number), {}), rest.split("."), attributes.pop(name))
    return [entries[number] for number in sorted(entries)]


def in_order(value: Json) -> list[Json]:
    """Return the values of an object whose names are places in a list, in their order."""
    numbered = [(int(name), one) for name, one in as_object(value).items() if name.isdecimal()]
    return [one for _, one in sorted(numbered, key=lambda pair: pair[0])]


def message(role: Json, parts: Iterable[dict[str, Json]], **more: Json) -> dict[str, Json]:
    """Return a message."""
    return {"role": str(role or "user"), "parts": list(parts), **{k: v for k, v in more.items() if v}}


def text_part(content: Json) -> dict[str, Json]:
    """Return a part that is a text."""
    return {"type": "text", "content": content if isinstance(content, str) else write(content)}


def call_part(*, name: Json, arguments: Json, call_id: Json = None) -> dict[str, Json]:
    """Return a part that asks for a tool; arguments that are JSON text are read."""
    read = read_json(arguments) if isinstance(arguments, str) else arguments
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments if read is None else read}


def reply_part(*, content: Json, call_id: Json) -> dict[str, Json]:
    """Return a part that is a tool's answer."""
    return {"type": "tool_call_response", "id": call_id, "response": content}


def openai_message(said: Mapping[str, Json]) -> dict[str, Json]:
    """Return a message of the older shape, which is that of OpenAI's API: content, tool_calls, tool_call_id."""
    parts = [_openai_part(part) for part in as_list(said.get("content"))]
    content = said.get("content")
    if said.get("role") == "tool":
        parts = [reply_part(content=content, call_id=said.get("tool_call_id") or said.get("id"))]
    elif isinstance(content, str) and content:
        parts = [text_part(content)]
    elif isinstance(content, dict):
        parts = [text_part(write(cast("Json", content)))]
    calls = [_openai_call(as_object(call)) for call in as_list(said.get("tool_calls"))]
    return message(said.get("role"), [*parts, *calls], finish_reason=said.get("finish_reason"))


def _openai_part(part: Json) -> dict[str, Json]:
    fields = as_object(part)
    text = fields.get("text", fields.get("content"))
    if isinstance(part, str) or isinstance(text, str):
        return text_part(part if isinstance(part, str) else text)
    return fields or {"type": "unknown"}


def _openai_call(call: dict[str, Json]) -> dict[str, Json]:
    function = as_object(call.get("function")) or call
    return call_part(name=function.get("name"), arguments=function.get("arguments"), call_id=call.get("id"))


def _set(entry: dict[str, Json], path: list[str], value: Json) -> None:
    for step in path[:-1]:
        inner = entry.get(step)
        if not isinstance(inner, dict):
            inner = entry[step] = {}
        entry = cast("dict[str, Json]", inner)
    entry[path[-1]] = value
