"""What is to be learnt from the texts that an embedder read."""

from collections import Counter
from collections.abc import Mapping, Sequence

Cut = Mapping[str, Sequence[str]]
"""Texts by page."""


def count_new(earlier: Cut, later: Cut) -> int:
    """Return how many texts of the later revision no page of the earlier one had."""
    known = {text for texts in earlier.values() for text in texts}
    return sum(text not in known for texts in later.values() for text in texts)


def count_new_here(earlier: Cut, later: Cut) -> Counter[str]:
    """Return the texts of the later revision that the page of that name did not have, and how often each is there."""
    found: Counter[str] = Counter()
    for page, texts in later.items():
        known = set(earlier.get(page, ()))
        found.update(text for text in texts if text not in known)
    return found


def count_needless(embedded: Sequence[str], earlier: Cut, later: Cut) -> int:
    """Return how many of the texts were embedded although their page had them, or once too often."""
    return (Counter(embedded) - count_new_here(earlier, later)).total()
