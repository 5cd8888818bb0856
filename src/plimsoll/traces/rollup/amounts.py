"""What one trace adds to the figures: one request, and each of its steps of a known kind. Pure.

All numbers are whole, so that what is taken away again leaves exactly what was there before, in any order.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import msgspec

from plimsoll.traces.fold import MODEL_CALL, UNASKED, LightSpan, TraceRow, leaf_calls
from plimsoll.traces.rollup.histogram import bucket_of

WHOLE = 1_000
"""What one request that was surely kept counts. One that was kept with a chance of 1 in 10 counts ten times as much."""
RESOLUTIONS = (60, 3_600, 86_400)
"""Seconds that a row of the figures covers: a minute, an hour, a day."""
REQUEST = "request"
"""The kind that stands for whole traces, those of judges and of operations left out: no user asked for these."""
_FAILED = "failed"
_NANO = 1e9
_LONGEST_NAME = 120
_MOST_NAMES = 50
_OTHERS = "(other)"
# A chance that nobody samples with: whoever claims less cannot outweigh everybody else.
_RAREST = 1e-4


class Key(NamedTuple):
    """What is counted together. Texts that are not known are empty."""

    seconds: int
    """How long the row's time is: 60, 3,600 or 86,400."""
    start: int
    """When it begins, in seconds since 1970."""
    tenant: str
    feature: str
    variant: str
    kind: str
    """`request`, or a step's: `model`, `retrieval`, `tool`, …"""
    name: str
    """A model's name for requests and model calls, the step's for others."""
    error_class: str
    outcome: str
    is_evaluation: bool


class Amount(msgspec.Struct):
    """How much of it there was; every number in thousandths, weighted by the chance of being kept."""

    count: int = 0
    """Requests or steps."""
    unpriced: int = 0
    """Those whose cost is unknown."""
    cost: int = 0
    """Cost of the others, in thousandths of a billionth of a dollar."""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    latencies: dict[int, int] = {}
    """How many fell into each bucket of the histogram."""

    def add(self, other: "Amount", sign: int = 1) -> None:
        """Add another amount, or take it away."""
        self.count += sign * other.count
        self.unpriced += sign * other.unpriced
        self.cost += sign * other.cost
        self.input_tokens += sign * other.input_tokens
        self.output_tokens += sign * other.output_tokens
        self.cached_tokens += sign * other.cached_tokens
        mine = self.latencies
        for bucket, count in other.latencies.items():
            mine[bucket] = mine.get(bucket, 0) + sign * count

    def is_nothing(self) -> bool:
        """Tell whether nothing is left."""
        numbers = (self.count, self.unpriced, self.cost, self.input_tokens, self.output_tokens, self.cached_tokens)
        return not any(numbers) and not any(self.latencies.values())


Amounts = dict[Key, Amount]


class _Place(NamedTuple):
    """What all parts of one trace have in common."""

    start: int
    tenant: str
    feature: str
    variant: str
    is_evaluation: bool
    weight: int


_Step = tuple[str, str, str, str]
"""Kind, name, error class and outcome."""


def weight_of(inclusion: float) -> int:
    """Return what one counts that was kept with this chance, in thousandths."""
    return WHOLE if inclusion >= 1 else round(WHOLE / max(inclusion, _RAREST))


def add_trace(amounts: Amounts, row: TraceRow, ordered: Sequence[LightSpan], *, sign: int = 1) -> None:
    """Add what a trace counts to the minutes, or take it away; `ordered` are its spans, each once, by beginning."""
    place = _Place(
        row.start_ns // 60_000_000_000 * 60,
        row.tenant,
        row.feature or "",
        row.variant or "",
        row.dataset is not None,
        weight_of(row.inclusion) * sign,
    )
    outcome = row.outcome or (_FAILED if row.error is not None else "")
    if row.kind not in UNASKED:
        _count(amounts, place, (REQUEST, row.model or "", row.error_class or "", outcome), what=row)
    if len(ordered) > 1:
        _add_steps(amounts, place, ordered)
    elif ordered[0].kind is not None and ordered[0].kind != REQUEST and ordered[0].parent_id != ordered[0].span_id:
        _count(amounts, place, _step_of(ordered[0]), what=ordered[0])


def _add_steps(amounts: Amounts, place: _Place, ordered: Sequence[LightSpan]) -> None:
    # A call that contains another one is no call of its own; counting it would count its tokens twice.
    calls = {span.span_id for span in leaf_calls(ordered)}
    names: set[tuple[str, str]] = set()
    for span in ordered:
        if span.kind is None or span.kind == REQUEST or (span.kind == MODEL_CALL and span.span_id not in calls):
            continue
        kind, name, error_class, outcome = _step_of(span)
        # One trace adds a bounded number of rows, whatever its steps are called.
        if len(names) >= _MOST_NAMES and (kind, name) not in names:
            name = _OTHERS
        names.add((kind, name))
        _count(amounts, place, (kind, name, error_class, outcome), what=span)


def _step_of(span: LightSpan) -> _Step:
    kind = span.kind or ""
    name = ((span.model if kind == MODEL_CALL else None) or span.name)[:_LONGEST_NAME]
    return kind, name, span.error_class or "", span.outcome or (_FAILED if span.error is not None else "")


# Called for each trace and each step: it stays one function, and its key a plain tuple, which equals the `Key`.
def _count(amounts: Amounts, place: _Place, step: _Step, *, what: TraceRow | LightSpan) -> None:
    start, tenant, feature, variant, is_evaluation, weight = place
    key = cast("Key", (60, start, tenant, feature, variant, *step, is_evaluation))
    amount = amounts.get(key)
    if amount is None:
        amount = amounts[key] = Amount(latencies={})
    amount.count += weight
    cost = what.cost_usd
    if cost is None:
        if step[0] == REQUEST or step[0] == MODEL_CALL:
            amount.unpriced += weight
    elif cost:
        amount.cost += round(cost * _NANO) * weight
    if what.input_tokens:
        amount.input_tokens += what.input_tokens * weight
    if what.output_tokens:
        amount.output_tokens += what.output_tokens * weight
    if what.cached_tokens:
        amount.cached_tokens += what.cached_tokens * weight
    bucket = bucket_of(what.end_ns - what.start_ns)
    latencies = amount.latencies
    latencies[bucket] = latencies.get(bucket, 0) + weight


def add_amounts(amounts: Amounts, more: Amounts, *, sign: int = 1) -> None:
    """Add amounts to others, or take them away."""
    for key, amount in more.items():
        known = amounts.get(key)
        if known is None:
            known = amounts[key] = Amount(latencies={})
        known.add(amount, sign)


def spread_over(minutes: Amounts) -> Amounts:
    """Return amounts of minutes with those of the hours and days that they lie in; nothing for what cancels out."""
    spread: Amounts = {}
    for key, amount in minutes.items():
        if amount.is_nothing():
            continue
        minute = Key._make(key)
        for seconds in RESOLUTIONS:
            begun = minute.start // seconds * seconds
            add_amounts(spread, {minute._replace(seconds=seconds, start=begun): amount})
    return spread


def encode_amounts(amounts: Amounts) -> str:
    """Return amounts as text, to be kept with a trace that is too long to be counted anew each time."""
    return msgspec.json.encode([(list(key), amount) for key, amount in amounts.items()]).decode()


def decode_amounts(stored: str) -> Amounts:
    """Return the amounts that `encode_amounts` wrote."""
    pairs: Iterable[tuple[Key, Amount]] = msgspec.json.decode(stored, type=list[tuple[Key, Amount]])
    return dict(pairs)
