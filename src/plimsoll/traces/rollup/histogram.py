"""Latencies in buckets whose bounds grow by 2 %, so that any quantile is known to within 1 % of itself. Pure.

The buckets are those of DDSketch (Masson, Rim and Lee 2019, VLDB 12(12), section 2), kept sparsely and without its
bound on their number: durations from a microsecond to a month fill 1,430 of them. Counts are whole numbers, so that
histograms merge and subtract exactly.
"""

from collections.abc import Mapping
from math import ceil, log
from struct import pack, unpack

RELATIVE_ERROR = 0.01
"""How far a quantile may lie from the duration that it stands for, as a part of that duration."""
SMALLEST_NS = 1_000
"""Durations below a microsecond count as one."""

_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_LOG = 1 / log(_GAMMA)
_ENTRY_BYTES = 12


def bucket_of(duration_ns: int) -> int:
    """Return the number of the bucket that a duration falls into."""
    return ceil(log(duration_ns / SMALLEST_NS) * _PER_LOG) if duration_ns > SMALLEST_NS else 0


def middle_of(bucket: int) -> float:
    """Return the duration in nanoseconds that stands for a bucket: within 1 % of every one in it."""
    return SMALLEST_NS * 2 * _GAMMA**bucket / (_GAMMA + 1) if bucket else float(SMALLEST_NS)


def quantile(histogram: Mapping[int, int], share: float) -> float | None:
    """Return the smallest duration, in milliseconds, that a share of all does not exceed; None of none."""
    total = sum(histogram.values())
    if total <= 0:
        return None
    seen = 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen >= share * total:
            return middle_of(bucket) / 1e6
    return middle_of(max(histogram)) / 1e6


def count_within(histogram: Mapping[int, int], most_ms: float) -> int:
    """Return how many lasted no longer than so many milliseconds, to within 1 % of them."""
    return sum(count for bucket, count in histogram.items() if middle_of(bucket) <= most_ms * 1e6)


def encode(histogram: Mapping[int, int]) -> bytes:
    """Return the histogram as bytes for a table: 12 for each bucket that is not empty, all numbers, then all counts."""
    buckets = sorted([bucket for bucket, count in histogram.items() if count])
    return pack(f"<{len(buckets)}i{len(buckets)}q", *buckets, *[histogram[bucket] for bucket in buckets])


def decode(stored: bytes) -> dict[int, int]:
    """Return the histogram that `encode` wrote."""
    size = len(stored) // _ENTRY_BYTES
    numbers = unpack(f"<{size}i{size}q", stored)
    return dict(zip(numbers[:size], numbers[size:], strict=True))
