"""What a reader of an answer should know about how it came to be, in sentences. Pure; the kinds call it."""

from collections.abc import Sequence

from plimsoll.knowledge import Degradation, describe_age
from plimsoll.records import Citation


def warn(citations: Sequence[Citation], degraded: Sequence[Degradation], *, says_age: bool) -> tuple[str, ...]:
    """Return a sentence for each cited source that is too old, and for each step that retrieval did without."""
    stale = {one.source: one.age_seconds or 0.0 for one in citations if one.is_stale and says_age}
    ages = [
        f"{source!r} was last checked {describe_age(seconds)} ago, which is more than its source allows."
        for source, seconds in stale.items()
    ]
    return (*ages, *(f"Retrieval did without its step {one.step!r}: {one.reason}." for one in degraded))
