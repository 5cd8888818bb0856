"""What was said before a question, out of a field of the input. Called where a retrieval rewrites questions."""

from collections.abc import Iterable
from typing import cast

from pydantic import BaseModel

from plimsoll.records import Message, Role

_ROLES = frozenset({"system", "user", "assistant"})


def read_conversation(value: BaseModel, field: str) -> tuple[Message, ...]:
    """Return the turns of the field, oldest first; none without a field. A turn of no known role is the user's."""
    turns: object = getattr(value, field, None) if field else None
    if not isinstance(turns, list | tuple):
        return ()
    read = (_read_turn(turn) for turn in cast("Iterable[object]", turns))
    return tuple(turn for turn in read if turn.content.strip())


def _read_turn(turn: object) -> Message:
    if isinstance(turn, str):
        return Message(role="user", content=turn)
    fields = turn.model_dump() if isinstance(turn, BaseModel) else turn
    said = cast("dict[str, object]", fields) if isinstance(fields, dict) else {}
    role = str(said.get("role", "user"))
    return Message(role=cast("Role", role if role in _ROLES else "user"), content=str(said.get("content") or ""))
