"""A dataset's cases as labels for fitting retrieval: what is asked, what about, how good an order is. Pure."""

from collections.abc import Callable, Sequence

import msgspec

from plimsoll.datasets import Dataset, Evidence, Spot, evidence_of
from plimsoll.errors import InvalidDataset
from plimsoll.evals.retrieval.retrieval_run import cluster_of, question_of
from plimsoll.evals.retrieval.retrieved_case import NDCG_DEPTH, gains_of
from plimsoll.records import Case, Passage
from plimsoll.stats import ndcg_at

Measure = Callable[[Sequence[int]], float]
"""Takes places of passages, best first, and returns nDCG@10 of that order."""


class LabelledQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One case."""

    id: str
    """The case's id."""
    question: str
    """What is asked."""
    cluster: str
    """What it is about; its id where that is not known."""
    evidence: tuple[Evidence, ...]
    """Where its answer stands; empty where it has none."""

    def measure(self, passages: Sequence[Passage]) -> Measure:
        """Return what measures an order of the passages, as `knowledge eval` does; the case needs evidence."""
        spots = [Spot.of_passage(passage) for passage in passages]
        holders = [[place for place, spot in enumerate(spots) if spot.holds(one)] for one in self.evidence]

        def measure(order: Sequence[int]) -> float:
            rank = {place: number for number, place in enumerate(order, 1)}
            firsts = [min((rank[place] for place in own), default=None) for own in holders]
            return ndcg_at(*gains_of(self.evidence, firsts), NDCG_DEPTH)

        return measure


def label_questions(dataset: Dataset) -> tuple[LabelledQuestion, ...]:
    """Return the cases that say where their answer stands or that there is none.

    Raises InvalidDataset where there are none.
    """
    labelled = tuple(one for case in dataset.cases if (one := _label(case)) is not None)
    if not labelled:
        raise InvalidDataset(
            f"No case of the dataset {dataset.name!r} says where its answer stands, or that there is none.",
            next_step='Write e.g. "expected": {"evidence": [{"source": "leave.md", "text": "30 days"}]}.',
        )
    return labelled


def _label(case: Case) -> LabelledQuestion | None:
    question, evidence = question_of(case), evidence_of(case)
    if not question or not (evidence or case.expected.get("abstain") is True):
        return None
    cluster = cluster_of(case) or f"case:{case.id}"
    return LabelledQuestion(id=case.id, question=question, cluster=cluster, evidence=evidence)
