"""The vocabularies that traces of AI calls are written in, one a file, each told by how its names begin.

A dialect rewrites the attributes that it knows into the released GenAI names and leaves all others alone.
"""

from collections.abc import Callable

from plimsoll.records import Attribute, SpanEvent
from plimsoll.traces.otlp.dialects import langfuse, logfire, older, openinference, traceloop, vercel

Translate = Callable[[dict[str, Attribute], list[SpanEvent]], None]
"""Rewrites attributes in place; may take messages out of events."""

DIALECTS: tuple[tuple[str, Translate], ...] = (
    ("openinference", openinference.translate),
    ("traceloop", traceloop.translate),
    ("llm", traceloop.translate_call),
    ("ai", vercel.translate),
    ("langfuse", langfuse.translate),
    ("logfire", logfire.translate),
)
"""By the first part of their names, in the order in which they are tried."""


def translate(attributes: dict[str, Attribute], events: list[SpanEvent]) -> None:
    """Rewrite attributes of any dialect in place; messages may be taken out of events."""
    prefixes = {name.partition(".")[0] for name in attributes}
    is_known = "gen_ai" in prefixes or any(event.name.startswith("gen_ai.") for event in events)
    for prefix, rewrite in DIALECTS:
        if prefix in prefixes:
            rewrite(attributes, events)
            is_known = True
    # Last: what the others left in older names of the conventions, or rewrote into them, is rewritten too.
    if is_known:
        older.translate(attributes, events)
