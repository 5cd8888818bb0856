"""What a person types for one side of a comparison, as what is asked of the traces: `2h..1h`, `version=3f2a`. Pure."""

import re
from datetime import UTC, datetime, timedelta

import msgspec

from plimsoll.errors import InvalidRequest, nearest_name, one_of

_BACK = re.compile(r"(\d+(?:\.\d+)?)([mhdw])")
_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PREFIXED = {"version": "version", "prompt": "prompt_hash"}
_EQUAL = {
    "feature": "feature",
    "variant": "variant",
    "release": "release",
    "model": "model",
    "service": "service",
    "outcome": "outcome",
    "error_class": "error_class",
    "user": "subject",
    "session": "session",
    "dataset": "dataset",
    "tag": "tags",
    **_PREFIXED,
}
_EXAMPLE = "Write a window like `2h..1h` or `2026-11-01..2026-11-02`, or `KEY=VALUE`, several with commas between them."


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces one side of a comparison is made of."""

    label: str
    """What was typed."""
    since: datetime | None = None
    """From this moment on; None: from the beginning."""
    until: datetime | None = None
    """Up to this moment, without it; None: up to now."""
    equal: dict[str, str] = {}
    """Values that columns have."""
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
    if side.since and side.until and side.since >= side.until:
        raise InvalidRequest(f"{text!r} ends before it begins.", next_step=_EXAMPLE)
    return side


def _add(side: Side, part: str, *, now: datetime) -> Side:
    if ".." in part:
        begin, _, end = part.partition("..")
        return msgspec.structs.replace(side, since=_moment(begin, now=now), until=_moment(end, now=now))
    key, equals, value = (piece.strip() for piece in part.partition("="))
    if not equals or not value:
        raise InvalidRequest(f"{part!r} is neither a window nor KEY=VALUE.", next_step=_EXAMPLE)
    if key not in _EQUAL:
        near = nearest_name(key, _EQUAL)
        hint = f" Did you mean {near!r}?" if near else ""
        raise InvalidRequest(f"{key!r} is not compared by.{hint} Known: {one_of(_EQUAL)}.", next_step=_EXAMPLE)
    if key in _PREFIXED:
        return msgspec.structs.replace(side, prefixed={**side.prefixed, _EQUAL[key]: value.lower()})
    return msgspec.structs.replace(side, equal={**side.equal, _EQUAL[key]: value})


def _moment(text: str, *, now: datetime) -> datetime | None:
    text = text.strip()
    if text in {"", "now"}:
        return None
    back = _BACK.fullmatch(text)
    if back:
        return now - timedelta(seconds=float(back[1]) * _UNITS[back[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{text!r} is no moment.", next_step=_EXAMPLE) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
