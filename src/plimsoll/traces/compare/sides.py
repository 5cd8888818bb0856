"""What a person types for one side of a comparison, as what is asked of the traces: `2h..1h`, `version=3f2a`. Pure."""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from plimsoll.errors import InvalidRequest, nearest_name, one_of
from plimsoll.traces.filters import FILTERS, of_users_at_first, read_value
from plimsoll.traces.records import TraceFilter, TrafficKind

# Words are found by a walk over signatures, which draws no sample.
_FILTERS = {one.name: one for one in FILTERS if one.name not in {"text", "sort", "before", "limit"}}
_EQUAL = ("release", "dataset")
_PREFIXED = {"prompt": "prompt_hash"}
_KNOWN = (*_FILTERS, *_EQUAL, *_PREFIXED)
_EXAMPLE = "Write a window like `2h..1h` or `2026-11-01..2026-11-02`, or `KEY=VALUE`, several with commas between them."
_JUST_BEFORE = timedelta(microseconds=1)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces one side of a comparison is made of."""

    label: str
    """What was typed."""
    where: TraceFilter = TraceFilter()
    """The filters of the list that it names."""
    equal: dict[str, str] = {}
    """Values of other columns."""
    prefixed: dict[str, str] = {}
    """How the hash in a column begins."""


def parse_side(text: str, *, now: datetime) -> Side:
    """Read one side. Raises InvalidRequest that names the part that is not understood."""
    side = Side(label=text.strip())
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise InvalidRequest("One side of the comparison is empty.", next_step=_EXAMPLE)
    for part in parts:
        side = _add(side, part, now=now)
    where = side.where
    if where.since and where.until and where.since >= where.until:
        raise InvalidRequest(f"{text!r} ends before it begins.", next_step=_EXAMPLE)
    if where.traffic is None and "dataset" in side.equal:
        where = replace(where, traffic=TrafficKind.EVALUATION)
    where = of_users_at_first(where)
    return replace(side, where=where)


def _add(side: Side, part: str, *, now: datetime) -> Side:
    key, equals, value = (piece.strip() for piece in part.partition("="))
    if ".." in part and not equals:
        begin, _, end = part.partition("..")
        since, until = _moment("since", begin, now=now), _moment("until", end, now=now)
        # A window holds its beginning and not its end, so that two that follow each other share no trace.
        until = until - _JUST_BEFORE if until else None
        return replace(side, where=replace(side.where, since=since, until=until))
    if not equals or not value:
        raise InvalidRequest(f"{part!r} is neither a window nor KEY=VALUE.", next_step=_EXAMPLE)
    if key in _EQUAL:
        return replace(side, equal={**side.equal, key: value})
    if key in _PREFIXED:
        return replace(side, prefixed={**side.prefixed, _PREFIXED[key]: value.lower()})
    if key not in _FILTERS:
        near = nearest_name(key, _KNOWN)
        hint = f" Did you mean {near!r}?" if near else ""
        raise InvalidRequest(f"{key!r} is not compared by.{hint} Known: {one_of(_KNOWN)}.", next_step=_EXAMPLE)
    field = _FILTERS[key]
    return replace(side, where=replace(side.where, **{field.field: read_value(field, value, now=now)}))


def _moment(name: str, text: str, *, now: datetime) -> datetime | None:
    text = text.strip()
    if text in {"", "now"}:
        return None
    try:
        return msgspec.convert(read_value(_FILTERS[name], text, now=now), datetime)
    except InvalidRequest as error:
        raise InvalidRequest(error.message, next_step=_EXAMPLE) from error
