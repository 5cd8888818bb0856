"""What was retrieved for one case, and how good that is. Pure; called by `retrieval_run`.

Recall and nDCG count each place of the evidence once, where it is found first: the tenth passage of the right document
adds nothing to the first.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from plimsoll.datasets import (
    Evidence,
    Spot,
    evidence_of,
    first_places,
)
from plimsoll.records import Case, Outcome, Passage, Score
from plimsoll.stats import ndcg_at, recall_at, reciprocal_rank

NDCG_DEPTH = 10
"""Places that nDCG looks at."""
MRR = "mrr"
"""Name of the score whose mean is the mean reciprocal rank."""
NDCG = f"ndcg@{NDCG_DEPTH}"
"""Name of the score of the order of the first ten passages."""
ANSWERABILITY = "answerability"
"""Name of the score that says how probable the corpus thought an answer."""
_SHOWN = 120


class ShownPassage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as a report shows it."""

    place: int
    """Its place, counted from 1."""
    source: str
    """Its document."""
    page: int | None
    """Its page."""
    score: float
    """Its fused score."""
    is_evidence: bool
    """Whether it holds evidence of the case."""
    text: str
    """Its first characters."""


class RetrievedCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case, and what was retrieved for it."""

    case_id: str
    """The case."""
    question: str
    """What was searched for."""
    missing: tuple[Evidence, ...] = ()
    """Evidence that is not among the first `k` passages."""
    passages: tuple[ShownPassage, ...] = ()
    """What was retrieved, best first."""
    outcome: Outcome
    """`answered` where the corpus took the question for answerable, `abstained` where not, `failed` on an error."""
    scores: dict[str, Score] = {}
    """The measures that apply, by name."""
    inapplicable: frozenset[str] = frozenset()
    """The measures that do not."""
    message: str = ""
    """Why there is nothing, where retrieval failed."""


def recall_name(k: int) -> str:
    """Return the name of the score of recall among the first `k`."""
    return f"recall@{k}"


def measure_names(k: int) -> tuple[str, ...]:
    """Return the names of the measures that need evidence."""
    return recall_name(k), MRR, NDCG


def judge_passages(
    case: Case, question: str, passages: Sequence[Passage], *, answerability: float, is_answerable: bool, k: int
) -> RetrievedCase:
    """Return the case with its measures: recall@k, reciprocal rank and nDCG@10 where it has evidence."""
    evidence = evidence_of(case)
    spots = [Spot.of_passage(passage) for passage in passages]
    places = first_places(evidence, spots)
    values = _measure(evidence, places, k) if evidence else {}
    values[ANSWERABILITY] = answerability
    return RetrievedCase(
        case_id=case.id,
        question=question,
        missing=tuple(one for one, place in zip(evidence, places, strict=True) if place is None or place > k),
        passages=tuple(_show(place, passage, evidence) for place, passage in enumerate(passages, 1)),
        outcome=Outcome.ANSWERED if is_answerable else Outcome.ABSTAINED,
        scores={name: Score(name=name, value=value, by="retrieval") for name, value in values.items()},
        inapplicable=frozenset() if evidence else frozenset(measure_names(k)),
    )


def _measure(evidence: Sequence[Evidence], places: Sequence[int | None], k: int) -> dict[str, float]:
    gains, ideal = gains_of(evidence, places)
    return {
        recall_name(k): recall_at(places, k),
        MRR: reciprocal_rank(places),
        NDCG: ndcg_at(gains, ideal, NDCG_DEPTH),
    }


def gains_of(evidence: Sequence[Evidence], places: Sequence[int | None]) -> tuple[list[float], list[float]]:
    """Return the gain of each place, and those of the best order.

    Evidence that one passage holds together is one thing to find, worth its most relevant part, so that no order can
    beat the best one.
    """
    by_place: dict[int, float] = defaultdict(float)
    lost: list[float] = []
    for one, place in zip(evidence, places, strict=True):
        if place is None:
            lost.append(one.relevance)
        else:
            by_place[place] = max(by_place[place], one.relevance)
    gains = [by_place.get(place, 0.0) for place in range(1, max(by_place, default=0) + 1)]
    return gains, [*by_place.values(), *lost]


def _show(place: int, passage: Passage, evidence: Sequence[Evidence]) -> ShownPassage:
    spot = Spot.of_passage(passage)
    text = " ".join(passage.text[: 2 * _SHOWN].split())
    return ShownPassage(
        place=place,
        source=passage.source,
        page=passage.page,
        score=round(passage.score, 4),
        is_evidence=any(spot.holds(one) for one in evidence),
        text=text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…",
    )
