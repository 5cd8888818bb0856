"""The steps of one trace without what they say: enough to draw a tree of 30,000, and to find what to read whole."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import msgspec

from plimsoll.records import Span
from plimsoll.store import Store
from plimsoll.traces.rows import span_of
from plimsoll.traces.tables.steps import list_light_steps, list_whole_steps

MOST_STEPS = 50_000
"""Steps of a trace that are read for its tree."""


class StepLine(msgspec.Struct, frozen=True, gc=False):
    """One step as a line of a tree. The garbage collector is not told of it: there may be tens of thousands."""

    span_id: str
    """Its id."""
    parent_id: str | None
    """The step that contains it; None at the top."""
    name: str
    """What was done."""
    kind: str | None
    """What kind of step it is, e.g. `model` or `retrieval`."""
    start_ns: int
    """When it began, in nanoseconds since 1970."""
    end_ns: int
    """When it ended."""
    has_error: bool
    """Whether it says that something went wrong."""
    model: str | None
    """The model that was called."""
    input_tokens: int | None
    """Tokens read; None where none are counted."""
    output_tokens: int | None
    """Tokens written."""
    cost_usd: float | None
    """What it cost; None where nothing is said."""


async def read_step_lines(store: Store, trace_id: str) -> tuple[StepLine, ...]:
    """Return the steps of a trace by beginning, 50,000 at most; none for an unknown trace."""
    rows = await store.read(partial(list_light_steps, trace_id=trace_id, limit=MOST_STEPS))
    return tuple(sorted((_line(*row) for row in rows), key=_order))


async def read_steps(store: Store, trace_id: str, *, span_ids: Sequence[str]) -> dict[str, Span]:
    """Return these steps whole, by their ids; those that are not there are left out."""
    rows = await store.read(partial(list_whole_steps, trace_id=trace_id, span_ids=span_ids))
    return {str(row["span_id"]): span_of(row) for row in rows}


_line = cast("Callable[..., StepLine]", StepLine)


def _order(line: StepLine) -> tuple[int, bool, str]:
    return line.start_ns, line.parent_id is not None, line.span_id
