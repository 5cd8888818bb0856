"""Every filter of the list of traces, in one table.

The command line's options, the query's parameters and the console's form are made of it, so that they cannot
differ. Pure.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite, nan
from typing import Literal, cast

import msgspec

from plimsoll.errors import InvalidRequest, one_of, unknown_name
from plimsoll.records import ErrorClass, Outcome
from plimsoll.traces.fold import JUDGE, OPERATION
from plimsoll.traces.records import MOST_TRACES, ScoreBound, TraceFilter, TraceOrder, TrafficKind

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_BOUND = re.compile(r"([^<>=]{1,256}?)\s*(<=|>=|<|>|=)\s*(.{1,256})")
_LONGEST = 1_000
_MOST = 10**15
# What the nanoseconds since 1970 that traces begin at can say in 64 bits, in whole years.
_EARLIEST, _END = datetime(1678, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)
_RANGES = (("since", "until"), ("min_ms", "max_ms"), ("min_cost", "max_cost"), ("min_tokens", "max_tokens"))
_TRAFFIC_OF = {JUDGE: TrafficKind.JUDGING, OPERATION: TrafficKind.OPERATION}

Read = Callable[[str, datetime], object]
"""Reads what was written into what `TraceFilter` holds; raises ValueError with what is expected instead."""


class FilterField(msgspec.Struct, frozen=True, kw_only=True):
    """One filter: how it is called, what it means and how it is read."""

    name: str
    """The parameter of the query; as an option of the command line its words are joined by hyphens."""
    label: str
    """What the form calls it."""
    says: str
    """What it does, in one sentence."""
    field: str
    """The field of `TraceFilter` that it fills."""
    read: Read
    """Reads its text."""
    choices: tuple[str, ...] = ()
    """The texts that are allowed; none where others are."""
    example: str = ""
    """A text that is allowed."""
    place: Literal["first", "more", "none"] = "more"
    """Where the form shows it: at once, behind `more filters`, or not at all."""


def read_filter(given: Mapping[str, str], *, now: datetime) -> TraceFilter:
    """Return the filter that texts by name describe; empty ones say nothing.

    Where they say nothing of the traffic, it is that of users. Raises InvalidRequest for a filter that does not exist,
    and for a text that its filter cannot read.
    """
    read: dict[str, object] = {}
    for name, text in given.items():
        if name not in _BY_NAME:
            raise InvalidRequest(unknown_name("filter", name, _BY_NAME))
        if written := text.strip():
            one = _BY_NAME[name]
            read[one.field] = read_value(one, written, now=now)
    _refuse_empty(read, given)
    return of_users_at_first(TraceFilter(**read))  # pyright: ignore[reportArgumentType]  # each field is read by its own function


def _refuse_empty(read: Mapping[str, object], given: Mapping[str, str]) -> None:
    """Refuse bounds between which nothing can lie: most often they are meant the other way round."""
    for least, most in _RANGES:
        low, high = (cast("float | None", read.get(name)) for name in (least, most))
        if low is not None and high is not None and low > high:
            raise InvalidRequest(
                f"{least}={given[least]!r} lies above {most}={given[most]!r}: there is nothing between them.",
                next_step="Exchange them.",
            )


def of_users_at_first(where: TraceFilter) -> TraceFilter:
    """Return the filter for requests of users where it names no traffic, or for what the kind that it names is."""
    if where.traffic is not None:
        return where
    return msgspec.structs.replace(where, traffic=_TRAFFIC_OF.get(where.kind or "", TrafficKind.LIVE))


def read_value(one: FilterField, text: str, *, now: datetime) -> object:
    """Return what the text means to the filter. Raises InvalidRequest that says what is expected."""
    if one.choices and text not in one.choices:
        raise InvalidRequest(f"{one.name}={text!r} does not exist.", next_step=f"Choose of {one_of(one.choices)}.")
    try:
        return one.read(text, now)
    except ValueError as error:
        example = f"For example: {one.name}={one.example}." if one.example else ""
        raise InvalidRequest(f"{one.name}={text[:_LONGEST]!r} is {error}.", next_step=example) from error


def _text(text: str, _: datetime) -> str:
    if len(text) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST} characters")
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("no text that a trace can hold: it has a NUL or half of a surrogate pair in it")
    return text


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = _past(ago, now) if (ago := _AGO.fullmatch(text)) else datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("no moment: write how long ago (`90s`, `30m`, `1h`, `7d`, `2w`) or a date and time") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not _EARLIEST <= moment < _END:
        raise ValueError(f"not a moment from {_EARLIEST.year} to {_END.year - 1}")
    return moment


def _past(ago: re.Match[str], now: datetime) -> datetime:
    # A million weeks are more than there were: what lies before all moments is refused as what lies before most.
    longest = now - datetime.min.replace(tzinfo=UTC)
    return now - min(timedelta(seconds=int(ago[1]) * _UNITS[ago[2]]), longest)


def _amount(text: str, _: datetime) -> float:
    try:
        amount = float(text)
    except ValueError as error:
        raise ValueError("no number") from error
    if not 0 <= amount <= _MOST:
        raise ValueError("not a number from 0 upwards")
    return amount


def _count(text: str, _: datetime) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _MOST:
        raise ValueError("not a whole number from 0 upwards")
    return int(text)


def _limit(text: str, _: datetime) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_TRACES:
        raise ValueError(f"not a number from 1 to {MOST_TRACES}")
    return int(text)


def _bound(text: str, now: datetime) -> ScoreBound:
    found = _BOUND.fullmatch(text)
    if found is None:
        raise ValueError("no bound of a score: write its name, a sign (<, <=, =, >=, >) and a value")
    name, sign, value = _text(found[1].strip(), now), found[2], _text(found[3].strip(), now)
    try:
        number = float(value)
    except ValueError:
        number = nan
    if isfinite(number):
        return ScoreBound(name=name, sign=sign, value=number)
    if sign != "=":
        raise ValueError(f"no bound of a score: {value!r} is no number")
    return ScoreBound(name=name, sign=sign, word=value)


def _field(name: str, label: str, says: str, /, *, read: Read = _text, **more: str | tuple[str, ...]) -> FilterField:
    told = {"field": name, **more}
    return FilterField(name=name, label=label, says=says, read=read, **told)  # pyright: ignore[reportArgumentType]


FILTERS = (
    _field(
        "text",
        "Words",
        "Words that a step's name, input, output or error contains; case does not matter.",
        place="first",
        example="express delivery",
    ),
    _field("feature", "Feature", "The feature that was asked, or the service of another app.", place="first"),
    _field(
        "outcome",
        "Outcome",
        "How the request ended.",
        read=lambda text, _: Outcome(text),
        choices=tuple(one.value for one in Outcome),
        place="first",
    ),
    _field("since", "Since", "Requests that began since then: how long ago, or a moment.", read=_moment, example="7d"),
    _field("until", "Until", "Requests that began until then: how long ago, or a moment.", read=_moment, example="1h"),
    _field(
        "error_class",
        "Who must act",
        "Who has to act on its failure.",
        read=lambda text, _: ErrorClass(text),
        choices=tuple(one.value for one in ErrorClass),
    ),
    _field(
        "score",
        "Score",
        "A score that it was given: `helpful<0.5`, `grounded=fail`, `topic=refund`.",
        read=_bound,
        example="grounded=fail",
    ),
    _field("model", "Model", "The model of its dearest call."),
    _field("variant", "Variant", "The variant of the feature that served it."),
    _field("version", "Version", "The configuration that served it: its hash, or how that begins."),
    _field("user", "User", "Who asked, by id.", field="subject"),
    _field("session", "Session", "The conversation that it belongs to, by id."),
    _field("tag", "Tag", "A tag that it has."),
    _field("service", "Service", "The service that sent it."),
    _field("kind", "Kind", "What its root is, e.g. `request` or `model`.", example="request"),
    _field(
        "traffic",
        "Traffic",
        "Requests of users, cases of evaluations, what judges were asked, Plimsoll's own work, all; users' at first.",
        read=lambda text, _: TrafficKind(text),
        choices=tuple(one.value for one in TrafficKind),
        place="none",
    ),
    _field("min_ms", "Took at least, ms", "Took so many milliseconds or more.", read=_amount, example="2000"),
    _field("max_ms", "Took at most, ms", "Took so many milliseconds or less.", read=_amount, example="2000"),
    _field("min_cost", "Cost at least, $", "Cost so many US dollars or more.", read=_amount, example="0.01"),
    _field(
        "max_cost", "Cost at most, $", "Cost so many US dollars or less, by known prices.", read=_amount, example="0.01"
    ),
    _field("min_tokens", "At least, tokens", "Read and wrote so many tokens or more.", read=_count, example="10000"),
    _field("max_tokens", "At most, tokens", "Read and wrote so many tokens or fewer.", read=_count, example="10000"),
    _field(
        "sort",
        "Sort",
        "In which order.",
        read=lambda text, _: TraceOrder(text),
        choices=tuple(one.value for one in TraceOrder),
    ),
    _field("before", "After", "The last trace of the page before, by id.", place="none"),
    _field("limit", "How many", f"How many, 1 to {MOST_TRACES}.", read=_limit, place="none", example="50"),
)
"""Every filter, in the order in which people reach for them."""

_BY_NAME = {one.name: one for one in FILTERS}
