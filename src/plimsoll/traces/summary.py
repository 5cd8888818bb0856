"""Fold the rows of a page of traces into one summary a trace. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from plimsoll.records import ErrorClass, Outcome
from plimsoll.traces.records import TraceSummary

Row = Mapping[str, object]
_Named = TypeVar("_Named", bound=StrEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """What the tables say about some traces."""

    heads: Sequence[Row]
    """One span a trace, in the order of the page: its root, or the first known."""
    extents: Mapping[str, Row]
    """By trace id: span_count, start_ns, end_ns, feature, subject and is_closed over all its spans."""
    calls: Mapping[str, Row]
    """By trace id: input_tokens, output_tokens, cost_usd and unpriced over its leaf model calls."""


class _Extent(msgspec.Struct):
    span_count: int
    start_ns: int
    end_ns: int
    feature: str | None
    subject: str | None
    is_closed: int


class _Calls(msgspec.Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    unpriced: int = 0


class _Head(msgspec.Struct):
    trace_id: str
    parent_id: str | None
    name: str
    feature: str | None
    dataset: str | None
    subject: str | None
    outcome: str | None
    error_class: str | None
    error: str | None
    tenant: str
    input_text: str | None
    output_text: str | None


def summarise(page: Page) -> list[TraceSummary]:
    """Return one summary a trace, in the order of the page."""
    return [_summary(msgspec.convert(dict(head), _Head), page) for head in page.heads]


def _summary(head: _Head, page: Page) -> TraceSummary:
    extent = msgspec.convert(dict(page.extents[head.trace_id]), _Extent)
    calls = msgspec.convert(dict(page.calls.get(head.trace_id, {})), _Calls, strict=False)
    return TraceSummary(
        trace_id=head.trace_id,
        started_at=_EPOCH + timedelta(microseconds=extent.start_ns // 1000),
        name=head.name,
        feature=head.feature or extent.feature,
        outcome=_named(Outcome, head.outcome),
        error_class=_named(ErrorClass, head.error_class),
        error=head.error,
        duration_ms=(extent.end_ns - extent.start_ns) / 1e6,
        input_tokens=calls.input_tokens,
        output_tokens=calls.output_tokens,
        cost_usd=None if calls.unpriced else calls.cost_usd,
        tenant=head.tenant,
        subject=head.subject or extent.subject,
        input_text=head.input_text,
        output_text=head.output_text,
        span_count=extent.span_count,
        dataset=head.dataset,
        is_closed=bool(extent.is_closed),
    )


def _named(kind: type[_Named], text: str | None) -> _Named | None:
    """Return the member of that name; None for a name that another program made up."""
    return kind(text) if text in set(kind) else None
