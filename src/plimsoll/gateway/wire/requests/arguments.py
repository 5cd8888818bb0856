"""Arguments of tool calls: JSON text on OpenAI's wires, an object on Anthropic's. Models also write what is neither."""

from typing import cast

import msgspec

UNREADABLE = "unparsed_arguments"
"""The one key of an object that stands for arguments which are no JSON object, so that nothing of them is lost."""


def read_arguments(text: str) -> dict[str, object]:
    """Return the arguments as an object; text that is none is kept whole under one key."""
    if not text.strip():
        return {}
    try:
        value: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        value = None
    return cast("dict[str, object]", value) if isinstance(value, dict) else {UNREADABLE: text}


def write_arguments(value: dict[str, object]) -> str:
    """Return the arguments as JSON text; the way back of `read_arguments`."""
    kept = value.get(UNREADABLE)
    if isinstance(kept, str) and len(value) == 1:
        return kept
    return msgspec.json.encode(value).decode()
