"""One step of a trace as a page shows it: what went in and out, what was found, figures, and everything else. Pure."""

from collections.abc import Mapping
from typing import cast

import msgspec

from plimsoll.pages import main_text
from plimsoll.records import Attribute, Span

_INPUTS = ("plimsoll.input", "gen_ai.input.messages", "gen_ai.retrieval.query.text", "gen_ai.tool.call.arguments")
_OUTPUTS = ("plimsoll.output", "gen_ai.output.messages", "gen_ai.tool.call.result")
_DOCUMENTS = "gen_ai.retrieval.documents"
_PASSAGES = "plimsoll.retrieval.passages"
_FIGURES = {
    "gen_ai.usage.input_tokens": "tokens in",
    "gen_ai.usage.output_tokens": "tokens out",
    "gen_ai.usage.cache_read.input_tokens": "of these from a cache",
    "gen_ai.usage.reasoning.output_tokens": "of these for reasoning",
}
_SHOWN_APART = frozenset({*_INPUTS, *_OUTPUTS, *_FIGURES, _DOCUMENTS, _PASSAGES, "plimsoll.cost_usd", "plimsoll.kind"})


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One message."""

    role: str
    """Who speaks."""
    text: str
    """What is said; what is no text as JSON."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that a retrieval found."""

    id: str
    """Its chunk."""
    source: str
    """Its document's source."""
    score: float | None
    """Its score."""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event within the step."""

    name: str
    """What happened."""
    after_ms: float
    """When, after the beginning of the step."""
    attributes: dict[str, Attribute]
    """What is known about it."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step, in the order in which somebody who looks for a cause wants to read it."""

    span_id: str
    """Its id."""
    name: str
    """What was done."""
    kind: str
    """What kind of step it is; empty where nothing is said."""
    duration_ms: float
    """How long it took."""
    error: str | None
    """What went wrong."""
    model: str | None
    """The model that answered, else the one that was asked."""
    cost_usd: float | None
    """What it cost; None where nothing is said."""
    figures: dict[str, int]
    """Tokens, by what they are."""
    asked: tuple[Turn, ...]
    """What went in."""
    answered: tuple[Turn, ...]
    """What came out."""
    found: tuple[Found, ...]
    """Passages that were found."""
    events: tuple[Happened, ...]
    """What happened within it, in order."""
    attributes: dict[str, Attribute]
    """Everything else that is recorded."""


def view_step(span: Span) -> StepView:
    """Return the view of a span."""
    said = span.attributes
    return StepView(
        span_id=span.span_id,
        name=span.name,
        kind=str(said.get("plimsoll.kind", "")),
        duration_ms=span.duration_ms,
        error=span.error,
        model=_text(said, ("gen_ai.response.model", "gen_ai.request.model")) or None,
        cost_usd=_number(said.get("plimsoll.cost_usd")),
        figures={name: int(value) for key, name in _FIGURES.items() if (value := _number(said.get(key))) is not None},
        asked=read_turns(_text(said, _INPUTS), role="input"),
        answered=read_turns(_text(said, _OUTPUTS), role="output"),
        found=read_found(said),
        events=tuple(
            Happened(name=event.name, after_ms=(event.at_ns - span.start_ns) / 1e6, attributes=event.attributes)
            for event in span.events
        ),
        attributes={name: value for name, value in sorted(said.items()) if name not in _SHOWN_APART},
    )


def read_turns(text: str, *, role: str) -> tuple[Turn, ...]:
    """Return the messages of a text of the conventions; any other text as one turn of that role, none for no text."""
    try:
        messages = msgspec.json.decode(text, type=list[dict[str, object]])
    except (msgspec.DecodeError, RecursionError):
        return (Turn(role=role, text=main_text(text)),) if text else ()
    if not all("role" in message for message in messages):
        return (Turn(role=role, text=text),)
    return tuple(Turn(role=str(message["role"]), text=_write_parts(message)) for message in messages)


def read_found(said: Mapping[str, Attribute]) -> tuple[Found, ...]:
    """Return the passages that a retrieval's attributes name; none where they cannot be read."""
    try:
        return msgspec.json.decode(str(said.get(_DOCUMENTS, "[]")), type=tuple[_Document, ...], strict=False)
    except (msgspec.DecodeError, RecursionError):
        return ()


class _Document(Found, frozen=True, kw_only=True):
    id: str = ""
    source: str = ""
    score: float | None = None


def _write_parts(message: Mapping[str, object]) -> str:
    parts = message.get("parts", message.get("content", ""))
    if isinstance(parts, str):
        return parts
    if not isinstance(parts, list):
        return _write(parts)
    return "\n".join(_write_part(part) for part in cast("list[object]", parts))


def _write_part(part: object) -> str:
    if isinstance(part, dict):
        fields = cast("dict[str, object]", part)
        text = fields.get("content", fields.get("text"))
        if isinstance(text, str):
            return text
        return _write(fields)
    return part if isinstance(part, str) else _write(part)


def _write(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _text(said: Mapping[str, Attribute], names: tuple[str, ...]) -> str:
    return next((str(said[name]) for name in names if said.get(name)), "")


def _number(value: Attribute | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None
