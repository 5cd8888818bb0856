"""Which documents a question is put to, by what their sources say of them. Callers of `Corpus.retrieve` write one.

A condition on a key that a document does not have never holds. `True` is not 1 and `"1"` is not 1; 1 is 1.0.
"""

import math
from collections.abc import Mapping

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.tables.documents import MetadataValue

_MOST_VALUES = 1_000
_LONGEST_PREFIX = 2_000


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A range of numbers, or of texts in the order of their characters (dates as 2024-05-31 sort rightly)."""

    at_least: float | str | None = None
    """The first value that is in it; None leaves it open."""
    at_most: float | str | None = None
    """The last value that is in it; None leaves it open."""

    def __post_init__(self) -> None:
        """Refuse a range that is open on both sides, or whose ends are of two kinds."""
        ends = [end for end in (self.at_least, self.at_most) if end is not None]
        if not ends or len({isinstance(end, str) for end in ends}) > 1 or any(_is_nan(end) for end in ends):
            raise InvalidRequest(
                f"{self.at_least!r} to {self.at_most!r} is no range.",
                next_step="Name at_least, at_most or both: numbers, or texts.",
            )

    def holds(self, value: MetadataValue) -> bool:
        """Tell whether the value is in the range; a value of another kind is not."""
        return _is_within(value, self.at_least, upwards=True) and _is_within(value, self.at_most, upwards=False)


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions on a document, all of which must hold. Without any, every document is meant."""

    equals: dict[str, MetadataValue] = {}
    """Value that stands under each key."""
    any_of: dict[str, tuple[MetadataValue, ...]] = {}
    """Values of which one stands under each key; none given means no document."""
    ranges: dict[str, Range] = {}
    """Range in which the value under each key lies."""
    origin: str | None = None
    """Name of the declared source that it came from; None for any."""
    source_prefix: str = ""
    """What its source begins with, e.g. `docs/api/`."""

    def __post_init__(self) -> None:
        """Refuse a filter that is too large to be meant."""
        values = len(self.equals) + len(self.ranges) + sum(map(len, self.any_of.values()))
        if values > _MOST_VALUES or len(self.source_prefix) > _LONGEST_PREFIX:
            raise InvalidRequest(
                f"A filter cannot hold {values:,} values and a prefix of {len(self.source_prefix):,} characters.",
                next_step=f"Name at most {_MOST_VALUES:,} values and {_LONGEST_PREFIX:,} characters.",
            )

    def matches(self, metadata: Mapping[str, MetadataValue], *, origin: str, source: str) -> bool:
        """Tell whether a document with this metadata, from this origin and source, is meant."""
        return (
            self.matches_origin(origin)
            and source.startswith(self.source_prefix)
            and all(key in metadata and self.matches_value(key, metadata[key]) for key in self.keys)
        )

    def matches_origin(self, origin: str) -> bool:
        """Tell whether the condition on the origin holds."""
        return self.origin is None or self.origin == origin

    def matches_value(self, key: str, value: MetadataValue) -> bool:
        """Tell whether every condition on the key holds for the value that stands under it."""
        return (
            (key not in self.equals or _is_same(self.equals[key], value))
            and (key not in self.any_of or any(_is_same(one, value) for one in self.any_of[key]))
            and (key not in self.ranges or self.ranges[key].holds(value))
        )

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys that it puts a condition on."""
        return frozenset({*self.equals, *self.any_of, *self.ranges})

    @property
    def is_open(self) -> bool:
        """Return whether it means every document."""
        return not self.keys and self.origin is None and not self.source_prefix


EVERYWHERE = Where()
"""Every document."""


def _is_nan(value: float | str) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_same(one: MetadataValue, other: MetadataValue) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _is_within(value: MetadataValue, end: float | str | None, *, upwards: bool) -> bool:
    if end is None:
        return True
    if isinstance(value, str) and isinstance(end, str):
        return end <= value if upwards else value <= end
    if isinstance(value, bool | str) or isinstance(end, str):
        return False
    return end <= value if upwards else value <= end
