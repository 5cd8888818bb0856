"""The spans that wait to be written: bounded in number and in size, safe to fill from any thread."""

import threading
from collections import deque
from collections.abc import Mapping
from itertools import islice

from plimsoll.records import Span
from plimsoll.traces.rows import Attribute

_FIXED_WEIGHT = 256


class SpanQueue:
    """A first-in, first-out queue that refuses rather than grows."""

    def __init__(self, *, bound: int, bound_characters: int) -> None:
        self._bound = bound
        self._bound_characters = bound_characters
        self._lock = threading.Lock()
        self._spans: deque[Span] = deque()
        self._weight = 0

    def __len__(self) -> int:
        return len(self._spans)

    def put(self, span: Span) -> bool:
        """Take the span, or return False when that would go beyond the bound."""
        weight = _weight(span)
        with self._lock:
            has_room = len(self._spans) < self._bound and self._weight + weight <= self._bound_characters
            if has_room:
                self._spans.append(span)
                self._weight += weight
        return has_room

    def peek(self, count: int) -> list[Span]:
        """Return the first spans without taking them."""
        with self._lock:
            return list(islice(self._spans, count))

    def drop(self, count: int) -> None:
        """Take the first spans out; they were written, or will never be."""
        with self._lock:
            for _ in range(count):
                self._weight -= _weight(self._spans.popleft())


def _weight(span: Span) -> int:
    events = sum(_FIXED_WEIGHT + _characters(event.attributes) for event in span.events)
    return _FIXED_WEIGHT + _characters(span.attributes) + events


def _characters(attributes: Mapping[str, Attribute]) -> int:
    return sum(_length(value) for value in attributes.values())


def _length(value: Attribute) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(len(item) for item in value) if isinstance(value, list) else 0
