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
_FOREIGN = frozenset(prefix for prefix, _ in DIALECTS)
_LONGEST_KEPT, _MOST_KEPT = 100, 4_096


class _FirstParts(dict[str, str]):
    """The first part of each name, kept: the same few names come with every span."""

    def __missing__(self, name: str) -> str:
        first = name.partition(".")[0]
        if len(name) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[name] = first
        return first


_first_part = _FirstParts().__getitem__


def translate(attributes: dict[str, Attribute], events: list[SpanEvent]) -> None:
    """Rewrite attributes of any dialect in place; messages may be taken out of events."""
    prefixes = set(map(_first_part, attributes))
    is_known = "gen_ai" in prefixes or any(event.name.startswith("gen_ai.") for event in events)
    if not prefixes.isdisjoint(_FOREIGN):
        is_known = True
        for prefix, rewrite in DIALECTS:
            if prefix in prefixes:
                rewrite(attributes, events)
    # Last: what the others left in older names of the conventions, or rewrote into them, is rewritten too.
    if is_known:
        older.translate(attributes, events)
