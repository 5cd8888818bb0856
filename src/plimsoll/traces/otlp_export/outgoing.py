"""What leaves the house: a span without content and without persons, unless the settings let content go. Pure."""

import msgspec

from plimsoll.records import Attribute, Span, SpanEvent
from plimsoll.traces.rows import FACTS, Redact, redact_text

# Facts about a person: they help to find a trace here, and are nobody else's business.
_PERSONAL = frozenset({"plimsoll.subject", "plimsoll.session", "plimsoll.tags", "gen_ai.conversation.id"})
_SENT = FACTS - _PERSONAL


def make_outgoing(span: Span, redact: Redact | None) -> Span:
    """Return the span as it is sent: texts redacted by a function, or only facts where there is none."""
    if redact is None:
        events = tuple(
            SpanEvent(name=one.name, at_ns=one.at_ns, attributes=_facts(one.attributes)) for one in span.events
        )
        error = None if span.error is None else str(span.attributes.get("error.type", "error"))
        return msgspec.structs.replace(span, attributes=_facts(span.attributes), events=events, error=error)
    return msgspec.structs.replace(
        span,
        name=redact_text(span.name, redact),
        error=None if span.error is None else redact_text(span.error, redact),
        attributes=_redacted(span.attributes, redact),
        events=tuple(
            SpanEvent(name=redact_text(one.name, redact), at_ns=one.at_ns, attributes=_redacted(one.attributes, redact))
            for one in span.events
        ),
    )


def _facts(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    return {name: value for name, value in attributes.items() if name in _SENT or isinstance(value, int | float)}


def _redacted(attributes: dict[str, Attribute], redact: Redact) -> dict[str, Attribute]:
    return {name: _redact(value, redact) for name, value in attributes.items()}


def _redact(value: Attribute, redact: Redact) -> Attribute:
    if isinstance(value, str):
        return redact_text(value, redact)
    return [redact_text(item, redact) for item in value] if isinstance(value, list) else value
