"""From what was sent to spans of ours: checked one by one, mapped to one model, refused with a reason. Pure."""

from collections import Counter

import msgspec

from plimsoll.records import Attribute, Span
from plimsoll.traces.otlp.mapping import Sender, map_attributes, read_sender, word_error
from plimsoll.traces.otlp.sent import SentGroup, SentSpan

_TRACE_DIGITS = 32
_SPAN_DIGITS = 16
_NO_TRACE = "0" * _TRACE_DIGITS
_NO_SPAN = "0" * _SPAN_DIGITS
_LATEST_NS = 2**63 - 1
_MOST_ATTRIBUTES = 256
_MOST_EVENTS = 128
_MOST_LINKS = 32


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What a request held."""

    spans: tuple[Span, ...]
    """The spans to keep."""
    refused: int
    """How many were not fit to be kept."""
    reasons: str = ""
    """Why, in one sentence; empty when none was refused."""


def receive_spans(groups: list[SentGroup], *, tenant: str) -> Received:
    """Return the spans of a tenant's request; one that is not fit to be kept does not touch the others."""
    kept: list[Span] = []
    faults: Counter[str] = Counter()
    for group in groups:
        sender = read_sender(group.resource, scope=group.scope, tenant=tenant)
        for sent in group.spans:
            fault = find_fault(sent)
            if fault:
                faults[fault] += 1
            else:
                kept.append(make_span(sent, sender))
    return Received(spans=tuple(kept), refused=faults.total(), reasons=word_faults(faults, "span"))


def find_fault(sent: SentSpan) -> str:
    """Return why a span cannot be kept; empty when it can."""
    if len(sent.trace_id) != _TRACE_DIGITS or sent.trace_id == _NO_TRACE:
        return "a trace id that is not 16 bytes with one that is not zero"
    if len(sent.span_id) != _SPAN_DIGITS or sent.span_id == _NO_SPAN:
        return "a span id that is not 8 bytes with one that is not zero"
    if sent.parent_id and len(sent.parent_id) != _SPAN_DIGITS:
        return "a parent span id that is not 8 bytes"
    if not 0 < sent.start_ns <= _LATEST_NS or not 0 <= sent.end_ns <= _LATEST_NS:
        return "no beginning, or a time that no clock shows"
    return ""


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
    return Span(
        trace_id=sent.trace_id,
        span_id=sent.span_id,
        parent_id=parent_id,
        name=sent.name,
        start_ns=sent.start_ns,
        end_ns=end_ns,
        error=error,
        attributes=_bound(attributes) if len(attributes) > _MOST_ATTRIBUTES else attributes,
        events=tuple(sent.events[:_MOST_EVENTS]),
    )


def word_faults(faults: "Counter[str]", what: str) -> str:
    """Return the reasons in one sentence, the most frequent first."""
    said = "; ".join(f"{count} with {fault}" for fault, count in faults.most_common(5))
    return f"{faults.total()} {what}{'s' if faults.total() > 1 else ''} not kept: {said}." if faults else ""


def _bound(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """Keep what was mapped and the first others, and say how many those were not."""
    own = {name: value for name, value in attributes.items() if name.startswith(("plimsoll.", "gen_ai."))}
    kept = dict([*own.items(), *attributes.items()][:_MOST_ATTRIBUTES])
    return kept | {"plimsoll.dropped_attributes": len(attributes) - len(kept)}
