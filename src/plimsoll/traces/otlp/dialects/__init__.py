"""The vocabularies that traces of AI calls are written in, one a file, each told by how its names begin.

A dialect rewrites the attributes that it knows into the released GenAI names and leaves all others alone.
"""

from collections.abc import Callable

from plimsoll.records import Attribute, SpanEvent

Translate = Callable[[dict[str, Attribute], list[SpanEvent]], None]
"""Rewrites attributes in place; may take messages out of events."""

DIALECTS: tuple[tuple[str, Translate], ...] = ()
"""By the first part of their names, in the order in which they are tried."""
