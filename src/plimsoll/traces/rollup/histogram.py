"""Latencies in buckets whose bounds grow by 2 %, so that any quantile is known to within 1 % of itself. Pure.

The buckets are those of DDSketch (Masson, Rim and Lee 2019, VLDB 12(12), section 2), kept sparsely and without its
bound on their number: durations from a microsecond to a month fill 1,430 of them. Counts are whole numbers, so that
histograms merge and subtract exactly.
"""

from collections.abc import Mapping, Sequence
from math import ceil, log
from struct import unpack

import numpy as np

RELATIVE_ERROR = 0.01
"""How far a quantile may lie from the duration that it stands for, as a part of that duration."""
SMALLEST_NS = 1_000
"""Durations below a microsecond count as one."""

_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_LOG = 1 / log(_GAMMA)
_ENTRY_BYTES = 8
_COUNT_BITS = 48
_MOST = 2**_COUNT_BITS - 1


def bucket_of(duration_ns: int) -> int:
    """Return the number of the bucket that a duration falls into."""
    return ceil(log(duration_ns / SMALLEST_NS) * _PER_LOG) if duration_ns > SMALLEST_NS else 0


def middle_of(bucket: int) -> float:
    """Return the duration in nanoseconds that stands for a bucket: within 1 % of every one in it."""
    return SMALLEST_NS * 2 * _GAMMA**bucket / (_GAMMA + 1) if bucket else float(SMALLEST_NS)


def quantiles(histogram: Mapping[int, int], shares: Sequence[float]) -> list[float | None]:
    """Return for each share, ascending, the smallest duration in ms that it does not exceed; None of no durations."""
    total = sum(histogram.values())
    if total <= 0:
        return [None] * len(shares)
    found: list[float | None] = []
    buckets = sorted(histogram)
    place, seen = 0, histogram[buckets[0]]
    for share in shares:
        while seen < share * total and place < len(buckets) - 1:
            place += 1
            seen += histogram[buckets[place]]
        found.append(middle_of(buckets[place]) / 1e6)
    return found


def count_within(histogram: Mapping[int, int], most_ms: float) -> int:
    """Return how many lasted no longer than so many milliseconds, to within 1 % of them."""
    return sum(count for bucket, count in histogram.items() if middle_of(bucket) <= most_ms * 1e6)


def encode(histogram: Mapping[int, int]) -> bytes:
    """Return the histogram as bytes for a table: 8 for each bucket that is not empty, its number before its count."""
    buckets = np.fromiter(histogram.keys(), np.int64, len(histogram))
    counts = np.fromiter(histogram.values(), np.int64, len(histogram))
    packed = (buckets << _COUNT_BITS | np.minimum(counts, _MOST))[counts > 0]
    packed.sort()
    return packed.astype("<i8", copy=False).tobytes()


def decode(stored: bytes) -> dict[int, int]:
    """Return the histogram that `encode` wrote."""
    packed = unpack(f"<{len(stored) // _ENTRY_BYTES}q", stored)
    return {entry >> _COUNT_BITS: entry & _MOST for entry in packed}


def merge(stored: Sequence[bytes], places: Sequence[int], *, number: int) -> list[dict[int, int]]:
    """Return so many histograms, each merged of those stored whose place it is: one pass over all of their entries."""
    entries = np.frombuffer(b"".join(stored), dtype="<i8")
    of = np.repeat(np.asarray(places, dtype=np.int64), [len(each) // _ENTRY_BYTES for each in stored])
    keys, inverse = np.unique((of << 16) | (entries >> _COUNT_BITS), return_inverse=True)
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, inverse, entries & _MOST)
    merged: list[dict[int, int]] = [{} for _ in range(number)]
    for key, count in zip(keys.tolist(), sums.tolist(), strict=True):
        merged[key >> 16][key & 0xFFFF] = count
    return merged
