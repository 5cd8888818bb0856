"""A dataset in two: cases to develop on, and cases to be tested on. Pure; called by the project's operations.

A case's side follows from its cluster, or from its id where it has none: clusters never straddle, and a case stays on
its side when others are added.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from plimsoll.errors import InvalidRequest
from plimsoll.records import Case

T = TypeVar("T")

DEV, TEST = "dev", "test"
"""The two sides, as they are named after the dataset: `docs_answer.dev`, `docs_answer.test`."""


def side_of(case: Case, dev: float) -> str:
    """Return `dev` for a share of all clusters, `test` for the others; raising the share moves cases to `dev` only."""
    if not 0 < dev < 1:
        raise InvalidRequest(f"dev={dev!r} is no share between 0 and 1.", next_step="Write e.g. --dev 0.3.")
    key = f"cluster:{case.cluster}" if case.cluster else f"case:{case.id}"
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return DEV if place < dev * 2**64 else TEST


def split_cases(cases: Sequence[tuple[Case, T]], dev: float) -> dict[str, list[T]]:
    """Return what belongs to the cases, by side and in order. Raises InvalidRequest where a side would be empty."""
    sides: dict[str, list[T]] = {DEV: [], TEST: []}
    for case, belonging in cases:
        sides[side_of(case, dev)].append(belonging)
    for name, held in sides.items():
        if not held:
            raise InvalidRequest(
                f"With dev={dev!r} the side {name!r} of {len(cases)} cases would be empty.",
                next_step="Choose another share, add cases, or give them finer clusters.",
            )
    return sides
