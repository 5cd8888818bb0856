"""Which questions constants are chosen on and which they are checked with: five folds, documents kept whole. Pure.

Both fits of this folder use it, so that what they report is always of questions that took no part in the choice.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Interval
from plimsoll.stats import paired_mean

FOLDS = 5
"""Parts of which each is held out once."""
FEWEST_GROUPS = 10
"""Documents below which questions about one are not kept together: too few would be left to choose on."""
_SEED = 4

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs together."""

    names: tuple[str, ...]
    """Group of each question."""
    are_documents: bool
    """Whether questions about one document form a group; else each is its own."""

    def folds(self) -> list[Mask]:
        """Return which questions each fold holds out; groups are dealt out by a hash of their name."""
        order = sorted(set(self.names), key=lambda name: hashlib.sha256(name.encode()).digest())
        fold_of = {name: place % FOLDS for place, name in enumerate(order)}
        own = np.array([fold_of[name] for name in self.names])
        return [own == fold for fold in range(min(FOLDS, len(order)))]

    def compare(self, before: Floats, after: Floats) -> Interval:
        """Return the mean gain with its paired 95 % interval, by the bootstrap over groups."""
        return paired_mean(before, after, rng=np.random.default_rng(_SEED), clusters=self.names).delta


def group_questions(ids: Sequence[str], clusters: Sequence[str]) -> Groups:
    """Return the questions in groups: by cluster where there are ten at least, else each for itself."""
    are_documents = len(set(clusters)) >= FEWEST_GROUPS
    return Groups(names=tuple(clusters if are_documents else ids), are_documents=are_documents)
