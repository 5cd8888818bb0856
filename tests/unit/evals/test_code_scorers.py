"""Scorers of patterns, fields, numbers, classes, bounds and retrieval: what passes, fails, or is not theirs."""

import msgspec
import pytest

from plimsoll.line import Sample, Scorer
from plimsoll.records import Outcome
from plimsoll.scorers import (
    FieldsMatch,
    LabelMatches,
    NearNumber,
    RetrievalRecall,
    WithinCost,
    WithinSeconds,
    fields_match,
    label_matches,
    matches_pattern,
    near_number,
    retrieval_recall,
)

from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio
ORDER: dict[str, object] = {"total": 12.5, "city": "Berlin", "lines": [{"sku": "A-1"}], "is_paid": True}


def output(**fields: object) -> Sample:
    return Sample(input={}, output=fields, outcome=Outcome.ANSWERED, latency_ms=1_500.0, cost_usd=0.002)


@pytest.mark.parametrize(
    ("scorer", "expected", "about", "passed"),
    [
        (matches_pattern, {"pattern": r"[A-Z]{2}-\d+"}, sample("Order AB-12."), True),
        (matches_pattern, {"pattern": r"^[A-Z]{2}-\d+$"}, sample("Order AB-12."), False),
        (matches_pattern, {"pattern": "x"}, sample(None), "n/a"),
        (matches_pattern, {}, sample("x"), "n/a"),
        (matches_pattern, {"pattern": "(a|aa)+$"}, sample("a" * 60 + "b"), None),
        (fields_match, {"fields": {"city": "berlin", "lines.0.sku": "a-1"}}, output(**ORDER), True),
        (fields_match, {"fields": {"is_paid": 1}}, output(**ORDER), False),
        (fields_match, {"fields": {"lines.1.sku": "A-1"}}, output(**ORDER), False),
        (fields_match, {"fields": {"total": 12.51}}, output(**ORDER), False),
        (FieldsMatch(tolerances={"total": 0.01}), {"fields": {"total": 12.51}}, output(**ORDER), True),
        (fields_match, {"fields": {"gone": None}}, output(**ORDER), True),
        (fields_match, {}, output(**ORDER), "n/a"),
        (near_number, {"number": 1_234.5}, sample("In 2023 it was 1,234.5 euros."), True),
        (near_number, {"number": -3}, sample("It fell by \u22123."), True),
        (near_number, {"number": 100}, sample("About 99."), False),
        (NearNumber(relative=0.01), {"number": 100}, sample("About 99."), True),
        (NearNumber(field="total"), {"number": 12.5}, output(**ORDER), True),
        (near_number, {"number": 1}, sample("None at all."), False),
        (near_number, {}, sample("1"), "n/a"),
        (label_matches, {"label": "refund"}, output(label="refund"), True),
        (label_matches, {"label": "refund"}, output(label="Refund"), False),
        (LabelMatches(field="intent"), {"label": "refund"}, output(intent="refund"), True),
        (label_matches, {"label": "refund"}, sample(None), "n/a"),
        (WithinSeconds(seconds=2.0), {}, output(), True),
        (WithinSeconds(seconds=2.0), {"seconds": 1.0}, output(), False),
        (WithinSeconds(seconds=2.0), {}, sample("x"), None),
        (WithinCost(usd=0.001), {}, output(), False),
        (WithinCost(usd=0.001), {"cost_usd": 0.01}, output(), True),
        (WithinCost(usd=0.001), {}, sample("x"), None),
        (retrieval_recall, {"evidence": [{"source": "returns.md"}]}, sample("x"), True),
        (retrieval_recall, {"evidence": [{"source": "returns.md"}, {"source": "b.md"}]}, sample(None), False),
        (retrieval_recall, {}, sample("x"), "n/a"),
    ],
)
async def test_a_scorer_judges_by_its_rule(
    scorer: Scorer, expected: dict[str, object], about: Sample, *, passed: object
):
    score = await scorer.score(case(**expected), about)
    assert ("n/a" if score is None else score.passed) == passed


async def test_fields_are_scored_by_their_share_and_the_wrong_ones_named():
    score = await fields_match.score(case(fields={"total": 12.5, "city": "Paris"}), output(**ORDER))
    assert score is not None
    assert (score.value, score.reason) == (0.5, "Different: city.")


async def test_a_class_and_a_number_that_were_found_are_kept_with_the_score():
    of_class = await label_matches.score(case(label="refund"), output(label="delivery"))
    of_number = await near_number.score(case(number=5), sample("It is 7.5."))
    assert of_class is not None
    assert of_number is not None
    assert (of_class.label, of_number.label) == ("delivery", "7.5")


async def test_recall_looks_at_the_first_passages_only():
    about = sample("x")
    later = msgspec.structs.replace(about.passages[0], source="b.md", chunk_id="c2")
    both = msgspec.structs.replace(about, passages=(about.passages[0], later))
    wanted = case(evidence=[{"source": "b.md"}])
    first, two = await RetrievalRecall(passages=1).score(wanted, both), await retrieval_recall.score(wanted, both)
    assert first is not None
    assert two is not None
    assert (first.value, two.value) == (0.0, 1.0)
