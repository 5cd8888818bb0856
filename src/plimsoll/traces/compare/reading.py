"""From one side's description to its group: drawn at random, read whole, made comparable. Called by `Traces`."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from plimsoll.records import Attribute, Principal, Score, Span, SpanEvent
from plimsoll.store import Store
from plimsoll.traces.compare.facts import TraceFacts, read_facts
from plimsoll.traces.compare.groups import Group
from plimsoll.traces.compare.instructions import HEAD
from plimsoll.traces.compare.sides import Side
from plimsoll.traces.records import Trace
from plimsoll.traces.summary import summary_of
from plimsoll.traces.tables.sampling import Draw, Drawn, draw_traces
from plimsoll.traces.tables.scores import list_scores_of
from plimsoll.traces.tables.withholding import count_closed
from plimsoll.traces.withheld import can_find_withheld

_MOST_SPANS = 300
_AT_ONCE = 500
_MOST_WITHHELD = 1_000
_ATTRIBUTES = msgspec.json.Decoder(dict[str, Attribute])
_NOTHING = "[]"


class _Event(msgspec.Struct):
    name: str


_EVENTS = msgspec.json.Decoder(tuple[_Event, ...])


async def read_group(store: Store, side: Side, *, caller: Principal, most: int, seed: int) -> Group:
    """Draw at most so many of the side's traces that the caller may see, by the seed, and make them comparable."""
    draw = Draw(
        where=msgspec.structs.replace(side.where, tenant=caller.tenant, seen_by=caller.id),
        equal=side.equal,
        prefixed=side.prefixed,
        most=most,
        most_spans=_MOST_SPANS,
        head=HEAD,
        start=hashlib.sha256(str(seed).encode()).hexdigest()[:8],
    )
    drawn = await store.read(partial(draw_traces, draw=draw))
    scores: dict[str, list[Score]] = {}
    ids = [str(row["trace_id"]) for row in drawn.summaries]
    for begin in range(0, len(ids), _AT_ONCE):
        for row in await store.read(partial(list_scores_of, trace_ids=ids[begin : begin + _AT_ONCE])):
            score = msgspec.convert({name: row[name] for name in Score.__struct_fields__}, Score)
            scores.setdefault(str(row["trace_id"]), []).append(score)
    # In a thread: some thousand traces take half a second, in which requests go on.
    facts = await asyncio.to_thread(_facts, drawn, scores)
    withheld = await _count_withheld(store, side, caller=caller)
    return Group(label=side.label, facts=tuple(facts), matching=drawn.matching, withheld=withheld)


async def _count_withheld(store: Store, side: Side, *, caller: Principal) -> int:
    """Return how many fit that the caller is shown figures of; 0 where by the question more would be told of them."""
    if side.equal or side.prefixed or not caller.may("admin") or not can_find_withheld(side.where):
        return 0
    where = msgspec.structs.replace(side.where, tenant=caller.tenant)
    return await store.read(partial(count_closed, where=where, reader=caller.id, most=_MOST_WITHHELD))


def _facts(drawn: Drawn, scores: Mapping[str, Sequence[Score]]) -> list[TraceFacts]:
    spans: dict[str, list[Span]] = {}
    for row in drawn.spans:
        spans.setdefault(str(row["trace_id"]), []).append(_span(row))
    facts: list[TraceFacts] = []
    for row in drawn.summaries:
        summary = summary_of(row)
        own = scores.get(summary.trace_id, ())
        trace = Trace(summary=summary, spans=tuple(spans.get(summary.trace_id, ())), omitted_spans=0, scores=tuple(own))
        facts.append(read_facts(trace, inclusion=summary.inclusion))
    return facts


def _span(row: Mapping[str, object]) -> Span:
    """Return a span without the moments and words of its events, which nothing is compared by."""
    parent, error, events = row["parent_id"], row["error"], str(row["events"])
    names = _EVENTS.decode(events) if events != _NOTHING else ()
    asked: dict[str, Attribute] = {} if row["asked"] is None else {"plimsoll.input": str(row["asked"])}
    return Span(
        trace_id=str(row["trace_id"]),
        span_id=str(row["span_id"]),
        parent_id=None if parent is None else str(parent),
        name=str(row["name"]),
        start_ns=int(str(row["start_ns"])),
        end_ns=int(str(row["end_ns"])),
        error=None if error is None else str(error),
        attributes=_ATTRIBUTES.decode(str(row["attributes"])) | asked,
        events=tuple(SpanEvent(name=event.name, at_ns=0) for event in names),
    )
