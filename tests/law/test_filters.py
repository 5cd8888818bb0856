"""Every way to list traces has every filter: command line, API, console; and each fills what it says."""

from datetime import UTC, datetime

import click

from plimsoll.cli.traces.list import list_traces
from plimsoll.server.tracing.filter_form import lay_out_form
from plimsoll.traces import FILTERS, TraceFilter, TrafficKind, read_filter

_OF_THE_CALLER = {"tenant", "seen_by"}
"""What is never asked for: it follows from who asks."""
_TEXTS = {"score": "helpful<0.5", "since": "7d", "until": "1h", "before": "0" * 32, "limit": "20"}


def _text_for(name: str, choices: tuple[str, ...]) -> str:
    return choices[-1] if choices else _TEXTS.get(name, "17")


def test_the_command_line_has_every_filter_and_no_other():
    options = {one.name for one in list_traces.params if isinstance(one, click.Option)}
    assert options - {"as_json", "view"} == {one.name for one in FILTERS}


def test_the_form_of_the_console_has_every_filter_but_paging():
    form = lay_out_form({}, features=("docs_answer",))
    shown = {field.filter.name for field in (*form.first, *form.more)}
    assert shown == {one.name for one in FILTERS} - {"before", "limit", "traffic"}
    assert [one.address for one in form.traffic] == [f"/traces?traffic={one.value}" for one in TrafficKind]


def test_every_field_of_the_filter_can_be_asked_for():
    assert {one.field for one in FILTERS} == set(TraceFilter.__struct_fields__) - _OF_THE_CALLER


def test_every_filter_fills_its_own_field():
    now, default = datetime(2026, 1, 1, tzinfo=UTC), TraceFilter(traffic=TrafficKind.LIVE)
    for one in FILTERS:
        read = read_filter({one.name: _text_for(one.name, one.choices)}, now=now)
        changed = [name for name in TraceFilter.__struct_fields__ if getattr(read, name) != getattr(default, name)]
        assert changed == [one.field], one.name
