"""A span as a row, and back: redacted, cut to size, promoted columns filled. Pure but for the redaction it is given."""

import math
from collections.abc import Callable, Mapping
from typing import cast

import msgspec

from plimsoll.records import LOCAL_TENANT, Span, SpanEvent

Attribute = str | bool | int | float | list[str]
Redact = Callable[[str], str]
"""Takes out of a text what must not be stored."""

TRUNCATED = "plimsoll.truncated"
"""Attribute that names what was cut and how long it was."""
MODEL_OPERATIONS = frozenset({"chat", "embeddings", "generate_content", "text_completion"})
"""Operations of the GenAI conventions that are one call of a model."""

FACTS = frozenset(
    {
        "plimsoll.kind",
        "plimsoll.tenant",
        "plimsoll.subject",
        "plimsoll.feature",
        "plimsoll.dataset",
        "plimsoll.prompt_hash",
        "plimsoll.config_hash",
        "plimsoll.variant",
        "plimsoll.release",
        "plimsoll.outcome",
        "plimsoll.error_class",
        "plimsoll.target",
        "error.type",
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.response.id",
        "openai.response.system_fingerprint",
        "gen_ai.response.finish_reasons",
    }
)
"""Texts that say whose a call was, what it called and how it went: no content, so they stay where content is dropped.
Without them a trace would be nobody's, and every tenant's."""
_INPUT = "plimsoll.input"
_OUTPUT = "plimsoll.output"
# Far beyond any call, and small enough that a sum of them stays a 64-bit integer.
_MOST_TOKENS = 2**40
_REDACTION_FAILED = "[not stored: the redaction failed]"
# A secret that lies across the cut must still be whole when the redaction sees it.
SLACK = 4_096
"""Characters kept beyond the limit until the redaction has run."""


def row_of(span: Span, redact: Redact, *, limit: int) -> dict[str, object]:
    """Return the span as a row of the table; no text in it is longer than `limit` characters.

    What was cut is named in the attribute `plimsoll.truncated`.
    """
    writer = _Writer(redact, limit, _cuts_so_far(span.attributes))
    attributes = writer.attributes_of(span.attributes)
    events = [
        SpanEvent(name=writer.name(event.name), at_ns=event.at_ns, attributes=writer.attributes_of(event.attributes))
        for event in span.events
    ]
    row = _promoted(attributes)
    row["name"] = writer.name(span.name)
    row["error"] = None if span.error is None else writer.text(span.error, "error")
    row["input_text"] = _text_or_none(attributes.pop(_INPUT, None))
    row["output_text"] = _text_or_none(attributes.pop(_OUTPUT, None))
    if writer.cuts:
        attributes[TRUNCATED] = list(writer.cuts.values())
    return row | {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "start_ns": span.start_ns,
        "end_ns": span.end_ns,
        "attributes": msgspec.json.encode(attributes).decode(),
        "events": msgspec.json.encode(events).decode(),
    }


def drop_content(_: str) -> str:
    """Redact a text to nothing. Of a span whose texts are redacted so, names and `FACTS` are stored all the same."""
    return ""


def span_of(row: Mapping[str, object]) -> Span:
    """Return the row as the span that it was."""
    fields = {name: row[name] for name in ("trace_id", "span_id", "parent_id", "name", "start_ns", "end_ns", "error")}
    attributes = msgspec.json.decode(cast("str", row["attributes"]), type=dict[str, Attribute])
    for name, column in ((_INPUT, "input_text"), (_OUTPUT, "output_text")):
        if row[column] is not None:
            attributes[name] = cast("str", row[column])
    events = msgspec.json.decode(cast("str", row["events"]), type=tuple[SpanEvent, ...])
    return msgspec.convert({**fields, "attributes": attributes, "events": events}, Span)


def cut_texts(attributes: Mapping[str, Attribute], *, limit: int) -> dict[str, Attribute]:
    """Return the attributes with no text much longer than `limit`, so that one request cannot fill the memory.

    `row_of` cuts exactly, after the redaction; until then a few characters more are kept.
    """
    longest = limit + SLACK
    long = {name: text for name, text in attributes.items() if isinstance(text, str) and len(text) > longest}
    if not long:
        return dict(attributes)
    notes = [_cut_note(name, text, limit) for name, text in long.items()]
    return {**attributes, **{name: text[:longest] for name, text in long.items()}, TRUNCATED: notes}


def _cut_note(name: str, text: str, limit: int) -> str:
    return f"{name}: {len(text)} characters, cut to {limit}"


def _cuts_so_far(attributes: Mapping[str, Attribute]) -> dict[str, str]:
    notes = attributes.get(TRUNCATED)
    return {note.partition(":")[0]: note for note in notes} if isinstance(notes, list) else {}


class _Writer:
    """Cleans, redacts and cuts texts, and remembers what it cut."""

    def __init__(self, redact: Redact, limit: int, cuts: dict[str, str]) -> None:
        self._redact = redact
        self._drops = redact is drop_content
        self._limit = limit
        self.cuts = cuts

    def name(self, text: str) -> str:
        return _storable(text)[: self._limit] if self._drops else self.text(text, "name")

    def text(self, text: str, name: str) -> str:
        kept = _storable(text) if self._drops and name in FACTS else self._redacted(_storable(text))
        if len(kept) <= self._limit:
            return kept
        self.cuts.setdefault(name, _cut_note(name, text, self._limit))
        return kept[: self._limit]

    def attributes_of(self, attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
        return {_storable(name): self._value(name, value) for name, value in attributes.items()}

    def _value(self, name: str, value: Attribute) -> Attribute:
        if isinstance(value, str):
            return self.text(value, name)
        if isinstance(value, list):
            return [self.text(item, name) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value

    def _redacted(self, text: str) -> str:
        try:
            return self._redact(text)
        except Exception:  # noqa: BLE001  # the redaction may be a user's: when it fails nothing is stored unredacted
            return _REDACTION_FAILED


def _storable(text: str) -> str:
    """Return the text without what PostgreSQL or UTF-8 cannot hold: NUL and lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _promoted(attributes: Mapping[str, Attribute]) -> dict[str, object]:
    operation = attributes.get("gen_ai.operation.name")
    implied = "model" if operation in MODEL_OPERATIONS else None
    return {
        "kind": _text_or_none(attributes.get("plimsoll.kind")) or implied,
        "tenant": _text_or_none(attributes.get("plimsoll.tenant")) or LOCAL_TENANT,
        "subject": _text_or_none(attributes.get("plimsoll.subject")),
        "feature": _text_or_none(attributes.get("plimsoll.feature")),
        "dataset": _text_or_none(attributes.get("plimsoll.dataset")),
        "outcome": _text_or_none(attributes.get("plimsoll.outcome")),
        "error_class": _text_or_none(attributes.get("plimsoll.error_class")),
        "model": _text_or_none(attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model")),
        "input_tokens": _count(attributes.get("gen_ai.usage.input_tokens")),
        "output_tokens": _count(attributes.get("gen_ai.usage.output_tokens")),
        "cost_usd": _amount(attributes.get("plimsoll.cost_usd")),
    }


def _text_or_none(value: Attribute | None) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: Attribute | None) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS:
        return value
    return None


def _amount(value: Attribute | None) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    return None
