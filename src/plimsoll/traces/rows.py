"""A span or score as a row, and a span back: redacted, cut, promoted columns filled. Pure but for the redaction."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import msgspec

from plimsoll.records import LOCAL_TENANT, Score, Span, SpanEvent
from plimsoll.text import Redactor
from plimsoll.traces.short_names import MOST_BYTES_OF_STEPS, MOST_TAGS, shorten_name

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
REDACTOR = Redactor()
"""Takes out what is taken out where nobody says otherwise."""
CONTENT_LIMIT = 65_536
"""Characters of one text that are stored."""
_ONLY_SECRETS = Redactor(("secrets",))
_RESTING = frozenset({"retrieval", "request", "judge"})
_INPUT = "plimsoll.input"
_OUTPUT = "plimsoll.output"
_SAID = (_INPUT, _OUTPUT)
# Facts that are another one in each span, or nearly.
_IDS = ("gen_ai.response.id", "gen_ai.conversation.id", "plimsoll.session", "plimsoll.subject")
# Far beyond any call, and small enough that a sum of them stays a 64-bit integer.
_MOST_TOKENS = 2**40
# The same for money: sums of it stay finite.
_MOST_USD = 1e100
_SHORT, _REMEMBERED = 80, 4_096
_FEWEST_TOGETHER = 16
_NAMED = {
    "kind": "plimsoll.kind",
    "subject": "plimsoll.subject",
    "feature": "plimsoll.feature",
    "dataset": "plimsoll.dataset",
    "outcome": "plimsoll.outcome",
    "error_class": "plimsoll.error_class",
    "variant": "plimsoll.variant",
    "version": "plimsoll.config_hash",
    "release": "plimsoll.release",
    "service": "plimsoll.service",
    "prompt_hash": "plimsoll.prompt_hash",
    "call_id": "gen_ai.response.id",
}
_COUNTED = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_encode = msgspec.json.Encoder().encode
_REDACTION_FAILED = "[not stored: the redaction failed]"
# A secret that lies across the cut must still be whole when the redaction sees it.
SLACK = 4_096
"""Characters kept beyond the limit until the redaction has run."""


def row_of(span: Span, redact: Redact, *, limit: int) -> dict[str, object]:
    """Return the span as a row of the table; no text in it is longer than `limit` characters.

    What was cut is named in the attribute `plimsoll.truncated`.
    """
    return RowMaker(redact, limit=limit).make(span)


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


class RowMaker:
    """Makes rows of spans and scores: cleans, redacts and cuts texts. One is used for many spans, in any thread.

    It runs for every attribute of every span. Short texts (names of models, roles and services) come again and again,
    so what became of them is remembered.
    """

    def __init__(self, redact: Redact, *, limit: int) -> None:
        drops = redact is drop_content
        facts = keep_content if drops or redact is keep_content else _ONLY_SECRETS
        # A program gives these names: no work for a user's function, which may fail.
        keys = keep_content if drops or redact is keep_content else REDACTOR
        self._texts = _Texts(redact, limit=limit)
        self._facts = _Texts(facts, limit=limit)
        self._names = _Texts(keep_content if drops else redact, limit=limit)
        self._keys = _Texts(keys, limit=2**31)
        # What these leave as it is holds no secret either, and so stays the same whatever it is called.
        self._settles = redact is keep_content or (isinstance(redact, Redactor) and "secrets" in redact.kinds)
        self._settled: set[str] = set()
        self._settled_keys: set[str] = set()

    def make_all(self, spans: Sequence[Span]) -> list[dict[str, object]]:
        """Return the spans as rows. That a message holds nothing to take out is cheaper told of many at once."""
        if len(spans) < _FEWEST_TOGETHER:
            return [self.make(span) for span in spans]
        clean = self._texts.find_clean(_texts_under(_SAID, spans)), self._facts.find_clean(_texts_under(_IDS, spans))
        try:
            return [self.make(span) for span in spans]
        finally:
            self._texts.clean.difference_update(clean[0])
            self._facts.clean.difference_update(clean[1])

    def make(self, span: Span) -> dict[str, object]:
        """Return the span as a row of the table."""
        cuts = _cuts_so_far(span.attributes)
        attributes = self._attributes(span.attributes, cuts)
        error = span.error
        row = {
            "trace_id": span.trace_id,
            "start_ns": span.start_ns,
            "span_id": span.span_id,
            "parent_id": span.parent_id,
            "name": shorten_name(self._names.keep(span.name, "name", cuts), most_bytes=MOST_BYTES_OF_STEPS),
            "end_ns": span.end_ns,
            "error": None if error is None else self._texts.keep(error, "error", cuts),
            **_promoted(attributes),
            "events": self._events(span.events, cuts) if span.events else "[]",
            "input_text": _take_text(attributes, _INPUT),
            "output_text": _take_text(attributes, _OUTPUT),
        }
        if cuts:
            attributes[TRUNCATED] = list(cuts.values())
        row["attributes"] = _encode(attributes).decode()
        return row

    def make_score(self, score: Score) -> dict[str, object]:
        """Return a score as columns of its table. A value that is no finite number could not tell."""
        has_value = score.value is not None and math.isfinite(score.value)
        return {
            **msgspec.structs.asdict(score),
            "name": shorten_name(self._facts.keep(score.name, "", {})),
            "by": shorten_name(self._facts.keep(score.by, "", {})),
            "value": score.value if has_value else None,
            "label": self._texts.keep(score.label, "", {}),
            "reason": self._texts.keep(score.reason, "", {}),
        }

    def _events(self, events: Sequence[SpanEvent], cuts: dict[str, str]) -> str:
        kept = [
            SpanEvent(
                name=self._names.keep(event.name, "name", cuts),
                at_ns=event.at_ns,
                attributes=self._attributes(event.attributes, cuts),
            )
            for event in events
        ]
        return _encode(kept).decode()

    def _attributes(self, attributes: Mapping[str, Attribute], cuts: dict[str, str]) -> dict[str, Attribute]:
        kept = dict(attributes)
        settled = self._settled
        for name, value in attributes.items():
            kind = value.__class__
            if kind is not int and (kind is not str or value not in settled):
                kept[name] = self._value(name, value, cuts)
        if self._settled_keys.issuperset(attributes):
            return kept
        return {self._key(name): value for name, value in kept.items()}

    def _value(self, name: str, value: Attribute, cuts: dict[str, str]) -> Attribute:
        texts = self._facts if name in FACTS else self._texts
        if isinstance(value, str):
            kept = texts.keep(value, name, cuts)
            if self._settles and kept == value and len(value) < _SHORT and value not in self._facts.clean:
                self._settle(kept)
            return kept
        if isinstance(value, list):
            return [texts.keep(item, name, cuts) for item in value]
        return str(value) if isinstance(value, float) and not math.isfinite(value) else value

    def _settle(self, text: str) -> None:
        if self._texts.keep(text, "", {}) == text:
            _remember(self._settled, text)

    def _key(self, name: str) -> str:
        kept = name if name in FACTS else self._keys.keep(name, "", {})
        if kept == name and len(name) < _SHORT:
            _remember(self._settled_keys, name)
        return kept


class _Texts:
    """Cleans, redacts and cuts texts of one kind."""

    def __init__(self, redact: Redact, *, limit: int) -> None:
        self._redact = redact
        self._limit = limit
        # A user's function may say something else the next time; ours do not.
        self._shortest_forgotten = _SHORT if isinstance(redact, Redactor) or redact is keep_content else 0
        self.known: dict[str, str] = {}
        """What became of short texts."""
        self.clean: set[str] = set()
        """Texts that stay as they are, while the rows of a batch are made."""

    def find_clean(self, texts: Sequence[str]) -> list[str]:
        """Return those of the texts that stay as they are, and remember them."""
        if not isinstance(self._redact, Redactor):
            return []
        clean = self._redact.find_clean([text for text in texts if len(text) <= self._limit])
        self.clean.update(clean)
        return clean

    def keep(self, text: str, name: str, cuts: dict[str, str]) -> str:
        """Return the text as it is stored; a note of what is cut is added to `cuts`, under its name."""
        kept = text if text in self.clean else self.known.get(text)
        if kept is None:
            kept = redact_text(_storable(text), self._redact)
            if len(kept) > self._limit:
                cuts.setdefault(name, _cut_note(name, text, self._limit))
                return kept[: self._limit]
            if len(text) < self._shortest_forgotten:
                if len(self.known) >= _REMEMBERED:
                    self.known.clear()
                self.known[text] = kept
        return kept


def _texts_under(names: Sequence[str], spans: Sequence[Span]) -> list[str]:
    said = [span.attributes.get(name) for name in names for span in spans]
    return [text for text in said if isinstance(text, str)]


def _remember(known: set[str], text: str) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known.add(text)


def redact_text(text: str, redact: Redact) -> str:
    """Return the text as a redaction leaves it; a note in its place where the redaction raises."""
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
    row: dict[str, object] = {}
    for column, name in _NAMED.items():
        value = known(name)
        row[column] = value if value is None else _name_or_none(value)
    for column, name in _COUNTED.items():
        value = known(name)
        row[column] = value if value is None else _count(value)
    operation = known("gen_ai.operation.name")
    implied = "model" if isinstance(operation, str) and operation in MODEL_OPERATIONS else None
    row["kind"] = row["kind"] or implied
    row["tenant"] = _tenant(known("plimsoll.tenant"))
    row["model"] = _name_or_none(known("gen_ai.response.model") or known("gen_ai.request.model"))
    row["session"] = _name_or_none(known("plimsoll.session") or known("gen_ai.conversation.id"))
    row["cost_usd"] = _amount(known("plimsoll.cost_usd"))
    row["tags"] = _tags(known("plimsoll.tags"))
    row["inclusion"] = _chance(known("plimsoll.inclusion"))
    row["is_closed"] = known("plimsoll.retrieval.is_closed") is True and row["kind"] in _RESTING
    return row


def _name_or_none(value: Attribute | None) -> str | None:
    return shorten_name(value) if isinstance(value, str) else None


def _tenant(value: Attribute | None) -> str:
    # Never cut: it is the key's, and what tells tenants apart must be the same everywhere.
    return value if value and isinstance(value, str) else LOCAL_TENANT


def _take_text(attributes: dict[str, Attribute], name: str) -> str | None:
    """Take a text out of the attributes; what is none stays there."""
    value = attributes.get(name)
    if not isinstance(value, str):
        return None
    del attributes[name]
    return value


def _count(value: Attribute | None) -> int | None:
    if value is not None and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS:
        return value
    return None


def _amount(value: Attribute | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MOST_USD:
        return float(value)
    return None


def _chance(value: Attribute | None) -> float | None:
    amount = _amount(value)
    return amount if amount is not None and 0 < amount <= 1 else None


def _tags(value: Attribute | None) -> str | None:
    """Return tags as `|a|b|`, sorted, so that one is found by `|a|`."""
    if value is None:
        return None
    given = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    tags = sorted({shorten_name(tag.replace("|", "/").strip()) for tag in given} - {""})[:MOST_TAGS]
    return f"|{'|'.join(tags)}|" if tags else None
