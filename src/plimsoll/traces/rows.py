"""A span as a row, and back: redacted, cut to size, promoted columns filled. Pure but for the redaction it is given."""

import math
from collections.abc import Callable, Mapping
from typing import cast

import msgspec

from plimsoll.records import LOCAL_TENANT, Span, SpanEvent
from plimsoll.text import Redactor

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
        "plimsoll.session",
        "plimsoll.service",
        "plimsoll.tags",
        "gen_ai.conversation.id",
        "gen_ai.response.id",
        "error.type",
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "openai.response.system_fingerprint",
        "gen_ai.response.finish_reasons",
    }
)
"""Texts that say whose a call was, what it called and how it went: no content, so they stay where content is dropped,
and only secrets are taken out of them. Else a trace would be nobody's, and every tenant's, and erased for nobody."""
_ONLY_SECRETS = Redactor(("secrets",))
_ANY_KIND = Redactor()
_TEXTS = (
    ("subject", "plimsoll.subject"),
    ("feature", "plimsoll.feature"),
    ("dataset", "plimsoll.dataset"),
    ("outcome", "plimsoll.outcome"),
    ("error_class", "plimsoll.error_class"),
    ("variant", "plimsoll.variant"),
    ("version", "plimsoll.config_hash"),
    ("release", "plimsoll.release"),
    ("service", "plimsoll.service"),
    ("prompt_hash", "plimsoll.prompt_hash"),
    ("call_id", "gen_ai.response.id"),
)
"""Columns that are the text of one attribute."""
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


def keep_content(text: str) -> str:
    """Redact nothing."""
    return text


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
        self._facts = keep_content if self._drops or redact is keep_content else _ONLY_SECRETS
        # A program gives these names: no work for a user's function, which may fail.
        self._keys = keep_content if redact is keep_content else _ANY_KIND
        self._limit = limit
        self.cuts = cuts

    def name(self, text: str) -> str:
        return _storable(text)[: self._limit] if self._drops else self.text(text, "name")

    def text(self, text: str, name: str) -> str:
        redact = self._facts if name in FACTS else self._redact
        kept = _redacted(_storable(text), redact)
        if len(kept) <= self._limit:
            return kept
        self.cuts.setdefault(name, _cut_note(name, text, self._limit))
        return kept[: self._limit]

    def attributes_of(self, attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
        return {self._key(name): self._value(name, value) for name, value in attributes.items()}

    def _value(self, name: str, value: Attribute) -> Attribute:
        if isinstance(value, str):
            return self.text(value, name)
        if isinstance(value, list):
            return [self.text(item, name) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value

    def _key(self, name: str) -> str:
        return _storable(name) if name in FACTS or self._drops else self._keys(_storable(name))


def _redacted(text: str, redact: Redact) -> str:
    try:
        return redact(text)
    except Exception:  # noqa: BLE001  # the redaction may be a user's: when it fails nothing is stored unredacted
        return _REDACTION_FAILED


def _storable(text: str) -> str:
    """Return the text without what PostgreSQL or UTF-8 cannot hold: NUL and lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _promoted(attributes: Mapping[str, Attribute]) -> dict[str, object]:
    known = attributes.get
    implied = "model" if known("gen_ai.operation.name") in MODEL_OPERATIONS else None
    kind = _text_or_none(known("plimsoll.kind")) or implied
    return {
        **{column: _text_or_none(known(name)) for column, name in _TEXTS},
        "kind": kind,
        "tenant": _text_or_none(known("plimsoll.tenant")) or LOCAL_TENANT,
        "session": _text_or_none(known("plimsoll.session") or known("gen_ai.conversation.id")),
        "model": _text_or_none(known("gen_ai.response.model") or known("gen_ai.request.model")),
        "tags": _tags(known("plimsoll.tags")),
        "input_tokens": _count(known("gen_ai.usage.input_tokens")),
        "output_tokens": _count(known("gen_ai.usage.output_tokens")),
        "cached_tokens": _count(known("gen_ai.usage.cache_read.input_tokens")),
        "reasoning_tokens": _count(known("gen_ai.usage.reasoning.output_tokens")),
        "cost_usd": _amount(known("plimsoll.cost_usd")),
        "inclusion": _chance(known("plimsoll.inclusion")),
        "is_closed": known("plimsoll.retrieval.is_closed") is True and kind in {"retrieval", "request", "judge"},
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


def _chance(value: Attribute | None) -> float | None:
    amount = _amount(value)
    return amount if amount is not None and 0 < amount <= 1 else None


def _tags(value: Attribute | None) -> str | None:
    """Return tags as `|a|b|`, sorted, so that one is found by `|a|`."""
    given = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    tags = sorted({tag.replace("|", "/").strip() for tag in given} - {""})
    return f"|{'|'.join(tags)}|" if tags else None
