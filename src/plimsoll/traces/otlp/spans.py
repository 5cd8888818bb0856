"""From what was sent to spans of ours: checked one by one, mapped to one model, refused with a reason. Pure."""

from collections import Counter
from typing import TypeVar

import msgspec

from plimsoll.records import Attribute, Span, SpanEvent
from plimsoll.traces.otlp.mapping import Sender, map_attributes, read_sender, word_error
from plimsoll.traces.otlp.sent import SentGroup, SentSpan

_TRACE_DIGITS = 32
_SPAN_DIGITS = 16
_NO_TRACE = "0" * _TRACE_DIGITS
_NO_SPAN = "0" * _SPAN_DIGITS
LATEST_NS = 2**63 - 1
"""The last moment that is stored, in nanoseconds since 1970."""
_MOST_ATTRIBUTES = 256
_LONGEST_NAME = 1_000
_MOST_EVENTS = 128
_MOST_LINKS = 32


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender is told."""

    refused: int
    """How many were not fit to be kept."""
    reasons: str = ""
    """Why, in one sentence; empty when none was refused."""
    size: int = 0
    """Bytes of the request, unpacked: what is kept of it holds no more text."""


class Received(Reply, frozen=True, kw_only=True):
    """What a request held."""

    spans: tuple[Span, ...]
    """The spans to keep."""


AnyReceived = TypeVar("AnyReceived", bound=Reply)


def receive_spans(groups: list[SentGroup], *, tenant: str) -> Received:
    """Return the spans of a tenant's request; one that is not fit to be kept does not touch the others."""
    kept: dict[tuple[str, str], Span] = {}
    faults: Counter[str] = Counter()
    for group in groups:
        sender = read_sender(group.resource, scope=group.scope, tenant=tenant)
        for sent in group.spans:
            fault = find_fault(sent)
            if fault:
                faults[fault] += 1
                continue
            span = make_span(sent, sender)
            # Exporters may send a span again, and that is no loss; two that share an id are told apart by nothing.
            first = kept.setdefault((span.trace_id, span.span_id), span)
            if first is not span and first != span:
                faults["a span id that another one of the request has"] += 1
    return Received(spans=tuple(kept.values()), refused=faults.total(), reasons=word_faults(faults, "span"))


def leave_out(received: Received, foreign: frozenset[str]) -> Received:
    """Return what is left when spans of these traces, which are another tenant's, are not kept."""
    kept = tuple(span for span in received.spans if span.trace_id not in foreign)
    return refuse_foreign(received, len(received.spans) - len(kept), what="span", spans=kept)


def refuse_foreign(received: AnyReceived, count: int, *, what: str, **kept: object) -> AnyReceived:
    """Return what was received with these parts of it, and with so many more refused."""
    if not count:
        return received
    said = word_faults(Counter({"a trace id that is taken": count}), what)
    reasons = f"{received.reasons} {said}".strip()
    return msgspec.structs.replace(received, refused=received.refused + count, reasons=reasons, **kept)


def find_fault(sent: SentSpan) -> str:
    """Return why a span cannot be kept; empty when it can."""
    if not is_trace_id(sent.trace_id):
        return "a trace id that is not 16 bytes with one that is not zero"
    if not is_span_id(sent.span_id):
        return "a span id that is not 8 bytes with one that is not zero"
    if sent.parent_id and len(sent.parent_id) != _SPAN_DIGITS:
        return "a parent span id that is not 8 bytes"
    if not 0 < sent.start_ns <= LATEST_NS or not 0 <= sent.end_ns <= LATEST_NS:
        return "no beginning, or a time that no clock shows"
    return ""


def is_trace_id(digits: str) -> bool:
    """Tell whether these are the id of a trace."""
    return len(digits) == _TRACE_DIGITS and digits != _NO_TRACE


def is_span_id(digits: str) -> bool:
    """Tell whether these are the id of a span."""
    return len(digits) == _SPAN_DIGITS and digits != _NO_SPAN


def make_span(sent: SentSpan, sender: Sender) -> Span:
    """Return a span that has no fault as one of ours. One that ends before it began lasts no time, and says so."""
    parent_id = sent.parent_id if sent.parent_id and sent.parent_id != _NO_SPAN else None
    error = word_error(sent) if sent.has_failed else None
    attributes = map_attributes(sent, sender, is_root=parent_id is None)
    end_ns = sent.end_ns
    if end_ns < sent.start_ns:
        attributes["plimsoll.ended_early_ns"] = sent.start_ns - end_ns
        end_ns = sent.start_ns
    if sent.links:
        attributes["plimsoll.links"] = sent.links[:_MOST_LINKS]
    if sent.events or sent.links:
        _count_left_out(sent, attributes)
    return Span(
        trace_id=sent.trace_id,
        span_id=sent.span_id,
        parent_id=parent_id,
        name=sent.name,
        start_ns=sent.start_ns,
        end_ns=end_ns,
        error=error,
        attributes=_bound(attributes),
        events=tuple([_bound_event(event) for event in sent.events[:_MOST_EVENTS]]),
    )


def word_faults(faults: "Counter[str]", what: str) -> str:
    """Return the reasons in one sentence, the most frequent first."""
    said = "; ".join(f"{count} with {fault}" for fault, count in faults.most_common(5))
    return f"{faults.total()} {what}{'s' if faults.total() > 1 else ''} not kept: {said}." if faults else ""


def _bound(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """Keep what was mapped and the first others, of names that are names, and say how many those were not.

    Values are cut when they are stored; names are not.
    """
    if len(attributes) <= _MOST_ATTRIBUTES and max(map(len, attributes), default=0) <= _LONGEST_NAME:
        return attributes
    named = {name: value for name, value in attributes.items() if len(name) <= _LONGEST_NAME}
    own = {name: value for name, value in named.items() if name.startswith(("plimsoll.", "gen_ai."))}
    kept = dict(list((own | named).items())[:_MOST_ATTRIBUTES])
    return kept | {"plimsoll.dropped_attributes": len(attributes) - len(kept)}


def _count_left_out(sent: SentSpan, attributes: dict[str, Attribute]) -> None:
    for what, sent_of_it, most in (("events", sent.events, _MOST_EVENTS), ("links", sent.links, _MOST_LINKS)):
        if len(sent_of_it) > most:
            attributes[f"plimsoll.dropped_{what}"] = len(sent_of_it) - most


def _bound_event(event: SpanEvent) -> SpanEvent:
    kept = _bound(event.attributes)
    return event if kept is event.attributes else SpanEvent(name=event.name, at_ns=event.at_ns, attributes=kept)
