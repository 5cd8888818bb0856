"""Are the citations the evidence, and is the evidence cited? Two scorers over `expected.evidence`."""

import msgspec

from plimsoll.datasets import Spot, evidence_of
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class CitationPrecision(msgspec.Struct, frozen=True):
    """Judges which share of the citations stands where the case's evidence stands."""

    name: str = "citation_precision"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return the share. Does not apply without an answer, a citation or evidence."""
        evidence, spots = evidence_of(case), [Spot.of_citation(one) for one in sample.citations]
        if not evidence or not spots or sample.output is None:
            return None
        return _share(self.name, [any(spot.holds(one) for one in evidence) for spot in spots])


class CitationRecall(msgspec.Struct, frozen=True):
    """Judges which share of the case's evidence is cited."""

    name: str = "citation_recall"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return the share. Does not apply without an answer or evidence; an answer without citations scores 0."""
        evidence, spots = evidence_of(case), [Spot.of_citation(one) for one in sample.citations]
        if not evidence or sample.output is None:
            return None
        return _share(self.name, [any(spot.holds(one) for spot in spots) for one in evidence])


def _share(name: str, hits: list[bool]) -> Score:
    return Score(name=name, value=sum(hits) / len(hits), passed=all(hits), by=name)


citation_precision = CitationPrecision()
"""Share of the citations that stand where `expected.evidence` does (else, that hold one of `expected.contains`)."""

citation_recall = CitationRecall()
"""Share of `expected.evidence` that is cited."""
