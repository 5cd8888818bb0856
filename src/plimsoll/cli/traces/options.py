"""The filters of traces as options of a command: made of the one table that the API and the console read."""

from collections.abc import Callable, Mapping
from typing import Any

import click
import msgspec

from plimsoll.records import SystemClock
from plimsoll.traces import FILTERS, FilterField, TraceFilter, read_filter

_LIMIT = 20
Command = Callable[..., Any]


def filter_options(command: Command) -> Command:
    """Give the command an option for every filter of traces; each arrives as text, under the filter's name."""
    for one in reversed(FILTERS):
        command = _option(one)(command)
    return command


def read_options(given: Mapping[str, str | None], *, most: int = _LIMIT) -> TraceFilter:
    """Return the filter that the options describe, `most` traces unless they say how many. Raises InvalidRequest."""
    texts = {name: text for name, text in given.items() if text is not None}
    where = read_filter(texts, now=SystemClock().now())
    return where if texts.get("limit") else msgspec.structs.replace(where, limit=most)


def _option(one: FilterField) -> Callable[[Command], Command]:
    example = f" For example: {one.example}." if one.example else ""
    kind = click.Choice(one.choices) if one.choices else click.STRING
    return click.option(f"--{one.name.replace('_', '-')}", one.name, type=kind, help=f"{one.says}{example}")
