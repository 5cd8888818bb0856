"""The filters of traces as a form, and those that are set as chips, each of which takes one away. Pure."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from plimsoll.traces import FILTERS, FilterField, TraceFilter, TrafficKind, of_users_at_first

_PATH = "/traces"
_PAGED = "before"
_TRAFFIC = "traffic"
_TRAFFIC_WORDS = {
    TrafficKind.LIVE.value: "requests of users",
    TrafficKind.EVALUATION.value: "evaluations",
    TrafficKind.JUDGING.value: "judges",
    TrafficKind.OPERATION.value: "operations",
    TrafficKind.ALL.value: "all",
}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the form."""

    filter: FilterField
    """What it narrows by."""
    value: str
    """What is set."""
    choices: tuple[str, ...]
    """What to choose of; none for a field to write into."""


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """A filter that is set."""

    label: str
    """What it is called."""
    value: str
    """What it is set to."""
    without: str
    """The address of the same list without it."""


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of traffic to look at."""

    label: str
    """What it is called."""
    address: str
    """The same list of this traffic."""
    is_current: bool
    """Whether it is looked at."""


class FilterForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form above a list of traces."""

    first: tuple[Field, ...]
    """Fields that are shown at once."""
    more: tuple[Field, ...]
    """Fields behind `more filters`."""
    chips: tuple[Chip, ...]
    """What is set."""
    traffic: tuple[Switch, ...]
    """Whose traces may be looked at; those of users stand first and need not be asked for."""
    chosen: dict[str, str]
    """What is set, by name."""

    def address(self, **more: str) -> str:
        """Return the address of the same list with more set."""
        return address_of({**self.chosen, **more})


def lay_out_form(query: Mapping[str, str], *, features: tuple[str, ...]) -> FilterForm:
    """Return the form of a list that the query describes."""
    chosen = {one.name: query[one.name].strip() for one in FILTERS if query.get(one.name, "").strip()}
    chosen.pop(_PAGED, None)
    fields = {one.name: _field(one, chosen, features) for one in FILTERS}
    return FilterForm(
        first=tuple(fields[one.name] for one in FILTERS if one.place == "first"),
        more=tuple(fields[one.name] for one in FILTERS if one.place == "more"),
        chips=tuple(
            Chip(
                label=one.label,
                value=chosen[one.name],
                without=address_of({name: text for name, text in chosen.items() if name != one.name}),
            )
            for one in FILTERS
            if one.name in chosen and one.place != "none"
        ),
        traffic=_switch(chosen),
        chosen=chosen,
    )


def _switch(chosen: Mapping[str, str]) -> tuple[Switch, ...]:
    others = {name: text for name, text in chosen.items() if name != _TRAFFIC}
    current = of_users_at_first(TraceFilter(kind=chosen.get("kind"))).traffic
    shown = chosen.get(_TRAFFIC) or str(current)
    return tuple(
        Switch(label=label, address=address_of({**others, _TRAFFIC: name}), is_current=name == shown)
        for name, label in _TRAFFIC_WORDS.items()
    )


def _field(one: FilterField, chosen: Mapping[str, str], features: tuple[str, ...]) -> Field:
    value = chosen.get(one.name, "")
    choices = one.choices
    if one.name == "feature" and features:
        choices = features if not value or value in features else (*features, value)
    return Field(filter=one, value=value, choices=choices)


def address_of(chosen: Mapping[str, str], path: str = _PATH) -> str:
    """Return the address of the list, or of another path, with these filters."""
    return f"{path}?{urlencode(chosen)}" if chosen else path
