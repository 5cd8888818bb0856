"""Was the evidence among what was retrieved?"""

import msgspec

from plimsoll.datasets import Spot, evidence_of, first_places
from plimsoll.line import Sample
from plimsoll.records import Case, Score
from plimsoll.stats import recall_at


class RetrievalRecall(msgspec.Struct, frozen=True):
    """Judges which share of the case's evidence stands among the retrieved passages, answered or not."""

    name: str = "retrieval_recall"
    """The name that its scores carry."""
    passages: int = 5
    """How many of the first passages count: the k of recall@k."""
    judges_abstentions: bool = True
    """A pass rate of this scorer reads abstentions as well as answers."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return recall@k; all of the evidence passes. Does not apply to a case without evidence."""
        evidence = evidence_of(case)
        if not evidence:
            return None
        places = first_places(evidence, [Spot.of_passage(one) for one in sample.passages])
        value = recall_at(places, self.passages)
        return Score(name=self.name, value=value, passed=value == 1, by=self.name)


retrieval_recall = RetrievalRecall()
"""Share of `expected.evidence` among the first five retrieved passages."""
