"""The spans that wait to be written: bounded in number and in size, safe to fill from any thread."""

import threading
from collections import deque
from collections.abc import Mapping
from itertools import islice

from plimsoll.records import Span
from plimsoll.traces.rows import Attribute

FIXED_WEIGHT = 256
"""Characters that a span holds in memory beside what it says."""


class SpanQueue:
    """A first-in, first-out queue that refuses rather than grows."""

    def __init__(self, *, bound: int, bound_characters: int) -> None:
        self._bound = bound
        self._bound_characters = bound_characters
        self._lock = threading.Lock()
        self._spans: deque[tuple[Span, int]] = deque()
        self._weight = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._spans)

    def put(self, span: Span) -> int:
        """Take the span and return its place in the line, from 1; 0 when it was dropped for want of room."""
        weight = weight_of(span)
        with self._lock:
            if len(self._spans) >= self._bound or self._weight + weight > self._bound_characters:
                self.dropped += 1
                return 0
            self._spans.append((span, weight))
            self._weight += weight
            return len(self._spans)

    def peek(self, count: int) -> list[Span]:
        """Return the first spans without taking them."""
        with self._lock:
            return [span for span, _ in islice(self._spans, count)]

    def remove(self, count: int) -> None:
        """Take the first spans out: they were written."""
        with self._lock:
            for _ in range(count):
                self._weight -= self._spans.popleft()[1]

    def refuse(self, count: int = 1) -> None:
        """Count spans that never came in, or were taken out without being written."""
        with self._lock:
            self.dropped += count

    def close(self) -> int:
        """Drop and count what is left, take no more, and return how many those were."""
        with self._lock:
            left = len(self._spans)
            self._spans.clear()
            self._bound = self._weight = 0
            self.dropped += left
        return left


def weight_of(span: Span) -> int:
    """Return about how many characters a span holds in memory."""
    events = sum(FIXED_WEIGHT + _characters(event.attributes) for event in span.events)
    return FIXED_WEIGHT + _characters(span.attributes) + events


def _characters(attributes: Mapping[str, Attribute]) -> int:
    total = 0
    for value in attributes.values():
        if isinstance(value, str):
            total += len(value)
        elif isinstance(value, list):
            total += sum(map(len, value))
    return total
