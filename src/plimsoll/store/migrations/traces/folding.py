"""How step 0005 folds the spans of older versions into rows of traces. Frozen: the room's own fold may go on."""

from collections.abc import Mapping, Sequence
from math import fsum
from typing import cast

import msgspec

_TEXTS = {
    "variant": "plimsoll.variant",
    "version": "plimsoll.config_hash",
    "release": "plimsoll.release",
    "service": "plimsoll.service",
    "prompt_hash": "plimsoll.prompt_hash",
    "call_id": "gen_ai.response.id",
}
_HANDED_UP = ("session", "feature", "variant", "version", "release", "service", "prompt_hash")
_RESTING = {"retrieval", "request", "judge"}
_MOST_TOKENS = 2**40


def promote(row: dict[str, object]) -> dict[str, object]:
    """Return the span with the columns that it did not have, read from its attributes."""
    known = msgspec.json.decode(cast("str", row["attributes"]), type=dict[str, object])
    texts = {column: _text(known.get(name)) for column, name in _TEXTS.items()}
    return row | {
        **texts,
        "session": _text(known.get("plimsoll.session") or known.get("gen_ai.conversation.id")),
        "tags": None,
        "cached_tokens": _count(known.get("gen_ai.usage.cache_read.input_tokens")),
        "reasoning_tokens": _count(known.get("gen_ai.usage.reasoning.output_tokens")),
        "inclusion": None,
        "is_closed": known.get("plimsoll.retrieval.is_closed") is True
        and row["kind"] in {"retrieval", "request", "judge"},
    }


def fold(spans: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return the row of the trace that consists of these spans."""
    ordered = sorted(spans, key=lambda span: (cast("int", span["start_ns"]), cast("str", span["span_id"])))
    head = next((span for span in ordered if span["parent_id"] is None), ordered[0])
    has_root = head["parent_id"] is None
    start_ns, end_ns = cast("int", ordered[0]["start_ns"]), max(cast("int", span["end_ns"]) for span in ordered)
    others = sorted({str(span["subject"]) for span in ordered if span["subject"]} - {_first("subject", head, ordered)})
    return {
        **{name: head[name] for name in ("trace_id", "name", "kind", "tenant", "error", "dataset")},
        **{name: _first(name, head, ordered) for name in ("subject", *_HANDED_UP)},
        **_totals(_leaf_calls(ordered)),
        "start_ns": start_ns,
        "end_ns": end_ns,
        "duration_ns": end_ns - start_ns,
        "span_count": len(ordered),
        "head_ns": head["start_ns"],
        "head_id": head["span_id"],
        "has_root": has_root,
        "other_subjects": f"|{'|'.join(others)}|" if others else None,
        "tags": None,
        "outcome": head["outcome"] if has_root else None,
        "error_class": head["error_class"] if has_root else None,
        "inclusion": 1.0,
        "is_closed": any(bool(span["is_closed"]) for span in ordered),
        "settled": True,
    }


def _totals(calls: Sequence[Mapping[str, object]]) -> dict[str, object]:
    unpriced = sum(call["cost_usd"] is None for call in calls)
    costs = [cast("float", call["cost_usd"] or 0.0) for call in calls]
    named = [(cost, call["model"]) for cost, call in zip(costs, calls, strict=True) if call["model"]]
    counted = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    return {
        **{name: sum(cast("int", call[name] or 0) for call in calls) for name in counted},
        "cost_usd": None if unpriced else fsum(costs),
        "unpriced": unpriced,
        "model": max(named, key=lambda pair: pair[0])[1] if named else None,
    }


def _leaf_calls(spans: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    calls = [span for span in spans if span["kind"] == "model"]
    parents = {span["span_id"]: span["parent_id"] for span in spans}
    above: set[object] = set()
    for call in calls:
        parent = call["parent_id"]
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parents.get(parent)
    return [call for call in calls if call["span_id"] not in above]


def _first(name: str, head: Mapping[str, object], ordered: Sequence[Mapping[str, object]]) -> str | None:
    return cast("str | None", head[name] or next((span[name] for span in ordered if span[name]), None))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else None
