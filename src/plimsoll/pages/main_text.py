"""The text that a stored input or output is about. Pure."""

import json
from collections.abc import Mapping
from typing import cast


def main_text(text: str, field: str = "") -> str:
    """Return the named text of a JSON object, or its only text; the text itself where it is anything else."""
    try:
        content: object = json.loads(text)
    except ValueError:
        return text
    if not isinstance(content, dict):
        return text
    fields = cast("Mapping[str, object]", content)
    texts = [value for name, value in fields.items() if isinstance(value, str) and (not field or name == field)]
    return texts[0] if len(texts) == 1 else text
