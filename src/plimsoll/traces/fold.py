"""Fold the spans of a trace into its one row: pure, and the same in whatever order, pieces and repeats they arrived.

`tables/writing` calls it for every batch of spans that is written down. It reads no database and no attributes.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from operator import attrgetter
from typing import Any

import msgspec

from plimsoll.traces.short_names import MOST_TAGS

MODEL_CALL = "model"
"""Kind of a span that is one call of a model."""
JUDGE = "judge"
"""Kind of a root that judged an answer."""
OPERATION = "operation"
"""Kind of a root that is Plimsoll's own work: an ingestion, a synchronisation, a search on the bench."""
UNASKED = frozenset({JUDGE, OPERATION})
"""Kinds of roots that are no request of a user."""


class LightSpan(msgspec.Struct, frozen=True, gc=False):
    """What the fold needs to know of a span: the columns of the table `spans` that hold no content."""

    trace_id: str
    start_ns: int
    span_id: str
    parent_id: str | None
    name: str
    kind: str | None
    end_ns: int
    error: str | None
    tenant: str
    subject: str | None
    feature: str | None
    dataset: str | None
    outcome: str | None
    error_class: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    session: str | None
    variant: str | None
    version: str | None
    release: str | None
    service: str | None
    tags: str | None
    prompt_hash: str | None
    call_id: str | None
    inclusion: float | None
    is_closed: bool


LIGHT = LightSpan.__struct_fields__
"""Names of its columns, in its order."""


class TraceRow(msgspec.Struct, frozen=True, gc=False):
    """One trace as its row of the table `traces`."""

    trace_id: str
    """Its id."""
    start_ns: int
    """When its first span began."""
    end_ns: int
    """When its last span ended."""
    duration_ns: int
    """The time between both."""
    span_count: int
    """Spans stored for it."""
    head_ns: int
    """When its head began: its root, or the first span while no root has arrived."""
    head_id: str
    """The head's span id; with `head_ns` it leads to the content, which only `spans` holds."""
    has_root: bool
    """Whether a root has arrived."""
    name: str
    """Name of the head."""
    kind: str | None
    """Kind of the head."""
    tenant: str
    """Whose request it was."""
    subject: str | None
    """Who asked."""
    other_subjects: str | None
    """Further subjects of its spans, as `|a|b|`, so that it can be erased for each of them."""
    session: str | None
    """The conversation it belongs to."""
    feature: str | None
    """What was asked."""
    variant: str | None
    """The variant that served it."""
    version: str | None
    """Hash of the configuration that served it."""
    release: str | None
    """The release that served it."""
    service: str | None
    """The service that sent it."""
    dataset: str | None
    """The dataset whose case it was."""
    tags: str | None
    """Its tags, as `|a|b|`."""
    prompt_hash: str | None
    """Hash of the prompt's file."""
    outcome: str | None
    """How the request ended, by its root."""
    error_class: str | None
    """Who has to act on its failure, by its root."""
    error: str | None
    """What went wrong, by its head."""
    model: str | None
    """Model of its dearest leaf call."""
    input_tokens: int
    """Summed over leaf model calls, as the next four are."""
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    cost_usd: float | None
    """None when the price of a leaf call is unknown, 0 when there was no call."""
    unpriced: int
    """Leaf model calls whose price is unknown."""
    inclusion: float
    """Chance with which it was kept."""
    is_closed: bool
    """Whether it rests on documents that not everyone of the tenant may read."""
    settled: bool
    """Whether it says all that its spans say; False while a long trace grows."""


ROW = TraceRow.__struct_fields__
"""Names of its columns, in its order."""
_HANDED_UP = ("session", "feature", "variant", "version", "release", "service", "dataset", "prompt_hash")
_TOKENS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
_begun = attrgetter("start_ns", "span_id")


def fold_ordered(ordered: Sequence[LightSpan]) -> TraceRow:
    """Return the row of the trace that consists of these spans, each once, by beginning."""
    return _fold_one(ordered[0]) if len(ordered) == 1 else fold_many(ordered)


def _fold_one(span: LightSpan) -> TraceRow:
    """Return what `fold_many` says of one span: many traces that other programs send are one call."""
    has_root = span.parent_id is None
    has_ended = has_root or _is_joined(span)
    is_call = span.kind == MODEL_CALL and span.parent_id != span.span_id
    cost = span.cost_usd if is_call else 0.0
    return TraceRow(
        trace_id=span.trace_id,
        start_ns=span.start_ns,
        end_ns=span.end_ns,
        duration_ns=span.end_ns - span.start_ns,
        span_count=1,
        head_ns=span.start_ns,
        head_id=span.span_id,
        has_root=has_root,
        name=span.name,
        kind=span.kind,
        tenant=span.tenant,
        subject=span.subject,
        other_subjects=None,
        session=span.session,
        feature=span.feature,
        variant=span.variant,
        version=span.version,
        release=span.release,
        service=span.service,
        dataset=span.dataset,
        tags=span.tags,
        prompt_hash=span.prompt_hash,
        outcome=span.outcome if has_ended else None,
        error_class=span.error_class if has_ended else None,
        error=span.error,
        model=(span.model or None) if is_call else None,
        **_tokens_of(span if is_call else None),
        cost_usd=cost,
        unpriced=int(cost is None),
        inclusion=span.inclusion or 1.0,
        is_closed=bool(span.is_closed),
        settled=True,
    )


def _tokens_of(call: LightSpan | None) -> dict[str, int]:
    if call is None:
        return dict.fromkeys(_TOKENS, 0)
    return {
        "input_tokens": call.input_tokens or 0,
        "output_tokens": call.output_tokens or 0,
        "cached_tokens": call.cached_tokens or 0,
        "reasoning_tokens": call.reasoning_tokens or 0,
    }


def fold_many(ordered: Sequence[LightSpan]) -> TraceRow:
    """Return the row of the trace that consists of any number of spans, each once, by beginning."""
    first = ordered[0]
    head = next((span for span in ordered if span.parent_id is None), first)
    has_root = head.parent_id is None
    has_ended = has_root or _is_joined(head)
    end_ns = max([span.end_ns for span in ordered])
    calls = leaf_calls(ordered)
    unpriced = sum([span.cost_usd is None for span in calls])
    subject = head.subject or _first_known("subject", ordered)
    return TraceRow(
        **{name: getattr(head, name) or _first_known(name, ordered) for name in _HANDED_UP},
        trace_id=first.trace_id,
        start_ns=first.start_ns,
        end_ns=end_ns,
        duration_ns=end_ns - first.start_ns,
        span_count=len(ordered),
        head_ns=head.start_ns,
        head_id=head.span_id,
        has_root=has_root,
        name=head.name,
        kind=head.kind,
        tenant=head.tenant,
        subject=subject,
        other_subjects=_join({span.subject for span in ordered if span.subject} - {subject}),
        tags=_join_tags(ordered),
        outcome=head.outcome if has_ended else None,
        error_class=head.error_class if has_ended else None,
        error=head.error,
        model=_dearest_model(calls),
        input_tokens=sum([span.input_tokens or 0 for span in calls]),
        output_tokens=sum([span.output_tokens or 0 for span in calls]),
        cached_tokens=sum([span.cached_tokens or 0 for span in calls]),
        reasoning_tokens=sum([span.reasoning_tokens or 0 for span in calls]),
        cost_usd=None if unpriced else fsum([span.cost_usd or 0.0 for span in calls]),
        unpriced=unpriced,
        inclusion=_first_known("inclusion", ordered) or 1.0,
        is_closed=any(span.is_closed for span in ordered),
        settled=True,
    )


def _is_joined(head: LightSpan) -> bool:
    """Tell whether a head that is no root is a request all the same: a call joined to a trace kept elsewhere."""
    return head.kind == MODEL_CALL and head.outcome is not None


def order_spans(spans: Sequence[LightSpan]) -> Sequence[LightSpan]:
    """Return the spans by beginning, each id once."""
    if len(spans) == 1:
        return spans
    known: dict[str, LightSpan] = {}
    for span in sorted(spans, key=_begun):
        known.setdefault(span.span_id, span)
    return list(known.values())


def leaf_calls(ordered: Sequence[LightSpan]) -> Sequence[LightSpan]:
    """Return the model calls that contain no other one, however deep, each counted once.

    A call that contains another is not a leaf: its provider counted the same tokens again. Two spans that name one
    answer of a provider and overlap in time are one call, seen by two instrumentations.
    """
    calls = [span for span in ordered if span.kind == MODEL_CALL]
    if not calls or (len(ordered) == 1 and calls[0].parent_id is None):
        return calls
    parents = {span.span_id: span.parent_id for span in ordered}
    above = _ancestors(calls, parents)
    leaves = [span for span in calls if span.span_id not in above]
    named = [span.call_id for span in calls if span.call_id is not None]
    if len(leaves) == 1 or len(set(named)) == len(named):
        return leaves
    known = {span.span_id: span for span in calls}
    return _once_each([_chain(leaf, known, parents) for leaf in leaves])


def _ancestors(calls: Iterable[LightSpan], parents: Mapping[str, str | None]) -> set[str]:
    """Return the ids of all spans above the calls; parents that form a circle end it."""
    above: set[str] = set()
    for call in calls:
        parent = call.parent_id
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parents.get(parent)
    return above


def _chain(leaf: LightSpan, known: Mapping[str, LightSpan], parents: Mapping[str, str | None]) -> dict[str, LightSpan]:
    """Return a leaf and the calls that contain it, by span id."""
    chain: dict[str, LightSpan] = {}
    passed: set[str] = set()
    place: str | None = leaf.span_id
    while place is not None and place not in passed:
        passed.add(place)
        if place in known:
            chain[place] = known[place]
        place = parents.get(place)
    return chain


def _once_each(chains: Iterable[dict[str, LightSpan]]) -> Sequence[LightSpan]:
    """Return the leaf of each chain but of those that repeat one; one with a price stays before one without.

    Two leaves are one call where they, or calls around them, name one answer, overlap in time, and neither of these two
    contains the other leaf: two instrumentations beside each other, within one of which the gateway may have written.
    """
    kept: dict[str, list[tuple[LightSpan, dict[str, LightSpan]]]] = {}
    leaves: list[LightSpan] = []
    for chain in sorted(chains, key=_richest_first):
        named = [call for call in chain.values() if call.call_id is not None]
        others = ((call, other, around) for call in named for other, around in kept.get(call.call_id or "", ()))
        if any(
            _is_repeat(call, other) and not {call.span_id, other.span_id} & chain.keys() & around.keys()
            for call, other, around in others
        ):
            continue
        leaves.append(next(iter(chain.values())))
        for call in named:
            kept.setdefault(call.call_id or "", []).append((call, chain))
    return leaves


def _is_repeat(call: LightSpan, other: LightSpan) -> bool:
    return call.start_ns < other.end_ns and other.start_ns < call.end_ns


def _richest_first(chain: Mapping[str, LightSpan]) -> tuple[bool, int, int, str]:
    call = next(iter(chain.values()))
    tokens = (call.input_tokens or 0) + (call.output_tokens or 0)
    return call.cost_usd is None, -tokens, call.start_ns, call.span_id


def _dearest_model(calls: Sequence[LightSpan]) -> str | None:
    named = [call for call in calls if call.model]
    if len(named) <= 1:
        return named[0].model if named else None
    return max(named, key=_dearness).model


def _dearness(call: LightSpan) -> tuple[float, int, int, str]:
    return call.cost_usd or 0.0, (call.input_tokens or 0) + (call.output_tokens or 0), -call.start_ns, call.span_id


def _first_known(name: str, ordered: Sequence[LightSpan]) -> Any:
    return next((value for span in ordered if (value := getattr(span, name))), None)


def _join_tags(ordered: Sequence[LightSpan]) -> str | None:
    tags = {tag for span in ordered if span.tags for tag in span.tags.strip("|").split("|")}
    return _join(set(sorted(tags)[:MOST_TAGS]))


def _join(texts: set[str]) -> str | None:
    return f"|{'|'.join(sorted(texts))}|" if texts else None
