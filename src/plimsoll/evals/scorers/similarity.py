"""Does the answer mean what a reference answer means? The cosine of their vectors, by an embedding model.

It needs an open project: the vectors come through its gateway, and are traced, priced and limited like any other.
"""

import msgspec

from plimsoll.datasets import expected_texts, read_answer
from plimsoll.errors import InvalidFeature
from plimsoll.evals.judgement import cannot_tell
from plimsoll.features import embed_texts
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class Similarity(msgspec.Struct, frozen=True, kw_only=True):
    """Judges how near an answer lies to `expected.reference` (else to the nearest of `expected.contains`)."""

    name: str = "similarity"
    """The name that its scores carry."""
    model: str = "plimsoll/minilm"
    """The embedding model, as `provider/model`; the embedded one by default."""
    passes_from: float = 0.7
    """The least cosine that passes. Fit it on labelled answers: it is another one for each model and kind of text."""

    def __post_init__(self) -> None:
        """Refuse a threshold that no cosine reaches, or that each does."""
        if not -1 < self.passes_from <= 1:
            raise InvalidFeature(f"Similarity(passes_from={self.passes_from!r}) is not above -1 and at most 1.")

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return the cosine, cut to 0..1. Does not apply without an answer or a reference; raises NotBound.

        It cannot tell a sentence from its negation: two texts about the same thing lie near each other.
        """
        reference = case.expected.get("reference")
        wanted = [reference] if isinstance(reference, str) and reference.strip() else expected_texts(case)
        answer = read_answer(sample)
        if answer is None or not wanted:
            return None
        if not answer.strip():
            return cannot_tell(self.name, "The answer has no text.")
        vectors = await embed_texts([answer, *wanted], model=self.model)
        nearest = max(float(vectors[0] @ one) for one in vectors[1:])
        passed = nearest >= self.passes_from
        reason = "" if passed else f"The nearest reference lies at {nearest:.2f}."
        return Score(name=self.name, value=min(1.0, max(0.0, nearest)), passed=passed, by=self.model, reason=reason)


similarity = Similarity()
"""Passes an answer whose vector lies within a cosine of 0.7 of the reference's, by the embedded model."""
