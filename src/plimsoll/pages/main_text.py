"""The text that a stored input or output is about. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

Fields = Mapping[str, object]


def main_text(text: str, field: str = "") -> str:
    """Return the named text of a JSON object or its only text, or what the last of a list of messages says.

    Return the text itself where it is anything else. Messages are those of the GenAI conventions, or of a chat.
    """
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(content, list):
        return _last_message(cast("Sequence[object]", content)) or text
    if not isinstance(content, dict):
        return text
    fields = cast("Fields", content)
    texts = [value for name, value in fields.items() if isinstance(value, str) and (not field or name == field)]
    return texts[0] if len(texts) == 1 else text


def _last_message(messages: Sequence[object]) -> str:
    said = [_said(cast("Fields", message)) for message in messages if isinstance(message, dict)]
    return next((text for text in reversed(said) if text), "")


def _said(message: Fields) -> str:
    content = message.get("parts") or message.get("content")
    if isinstance(content, str):
        return content
    parts = cast("Sequence[object]", content) if isinstance(content, list) else ()
    texts = [_text_of(cast("Fields", part)) for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if text)


def _text_of(part: Fields) -> str:
    text = part.get("content") if part.get("type") == "text" else None
    return next((one for one in (text, part.get("text")) if isinstance(one, str)), "")
