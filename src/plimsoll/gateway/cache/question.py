"""Split a call into the question that its user asked last and everything else.

The semantic cache compares questions by meaning and everything else to the letter: system prompt, earlier turns, tools,
parameters, who asks and for which feature.
"""

from collections.abc import Mapping
from typing import cast

import msgspec

from plimsoll.gateway.cache.key import IRRELEVANT, digest
from plimsoll.gateway.wire.fields import plain_fields
from plimsoll.gateway.wire.kinds import Wire

_MAX_CHARACTERS = 2_000
"""Longer texts are documents rather than questions: their vector says what they are about, not what is asked."""

_TURNS = {Wire.CHAT: "messages", Wire.MESSAGES: "messages", Wire.RESPONSES: "input"}
_TEXT_TYPES = frozenset({"text", "input_text"})


class SemanticQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and within which bounds another answer may serve."""

    namespace: str
    """Hash of everything but the question; answers never pass from one namespace to another."""
    text: str
    """The question: the text of the user's last turn."""


def read_question(*, tenant: str, scope: str, wire: Wire, fields: Mapping[str, msgspec.Raw]) -> SemanticQuestion | None:
    """Return the question of a call, or None where there is not exactly one text that the user said last.

    `scope` names the alias or the feature. Raises InvalidRequest for a field that cannot be read.
    """
    turns_field = _TURNS[wire]
    if turns_field not in fields:
        return None
    rest = plain_fields({name: value for name, value in fields.items() if name not in IRRELEVANT})
    text, others = take_last_text(rest.pop(turns_field))
    if text is None or not text.strip() or len(text) > _MAX_CHARACTERS:
        return None
    return SemanticQuestion(namespace=digest(("semantic", tenant, scope, wire.value, others, rest)), text=text)


def take_last_text(turns: object) -> tuple[str | None, object]:
    """Return the text of the last turn and the turns without it; no text where the last turn is not the user's."""
    if isinstance(turns, str):
        return turns, None
    listed = cast("list[object]", turns) if isinstance(turns, list) else []
    last = listed[-1] if listed else None
    if not isinstance(last, dict):
        return None, listed
    turn = cast("dict[str, object]", last)
    text, content = take_text(turn.get("content"))
    if turn.get("role") != "user":
        return None, listed
    return text, [*listed[:-1], {**turn, "content": content}]


def take_text(content: object) -> tuple[str | None, object]:
    """Return the only text of a turn's content and the content without it: images stay, and stay distinct."""
    if isinstance(content, str):
        return content, None
    parts = cast("list[object]", content) if isinstance(content, list) else []
    places = [place for place, part in enumerate(parts) if read_text_part(part) is not None]
    if len(places) != 1:
        return None, parts
    part = cast("dict[str, object]", parts[places[0]])
    return read_text_part(part), [*parts[: places[0]], {**part, "text": None}, *parts[places[0] + 1 :]]


def read_text_part(part: object) -> str | None:
    """Return the text of a part, or None for a part of another kind."""
    if not isinstance(part, dict):
        return None
    fields = cast("dict[str, object]", part)
    text = fields.get("text")
    return text if fields.get("type") in _TEXT_TYPES and isinstance(text, str) else None
