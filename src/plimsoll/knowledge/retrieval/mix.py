"""How much each leg of retrieval counts. Pure; `retrieve` mixes with it, `fit_mix` proposes another for a corpus."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import InvalidRequest

_TOLERANCE = 1e-6

Floats = NDArray[np.float64]


class LegMix(msgspec.Struct, frozen=True, kw_only=True):
    """A convex mix of the three legs; the weights are not negative and sum to one."""

    words: float = 0.2
    """Weight of BM25 over the best BM25 of the question."""
    chunk: float = 0.1
    """Weight of the chunk's cosine."""
    sentence: float = 0.7
    """Weight of the closest sentence's cosine."""

    def __post_init__(self) -> None:
        """Refuse what is no convex mix with InvalidRequest."""
        weights = (self.words, self.chunk, self.sentence)
        if not (min(weights) >= 0.0 and abs(sum(weights) - 1.0) <= _TOLERANCE):
            raise InvalidRequest(
                f"{weights!r} is no mix of words, chunk and sentence.",
                next_step="Give three weights that are not negative and sum to 1.",
            )

    def fuse(self, legs: NDArray[np.floating]) -> Floats:
        """Return the fused score of each row of `legs`, shape (rows, 3): words, chunk, sentence."""
        return np.asarray(legs @ np.array([self.words, self.chunk, self.sentence]), np.float64)


DEFAULT_MIX = LegMix()
"""Chosen on the development halves of SQuAD 2 and of `chunk_spans`: more than the mix below on both, with as many right
passages among the first five."""

STRENGTH_MIX = LegMix(words=0.2, chunk=0.3, sentence=0.5)
"""Gives the score of a passage that sentences and answerability were fitted with; it orders nothing."""

WORDS_ALONE = LegMix(words=1.0, chunk=0.0, sentence=0.0)
"""What orders where the question has no vector."""
