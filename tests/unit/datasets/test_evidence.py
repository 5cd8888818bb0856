"""Where an answer stands, and whether a passage is that place."""

from pathlib import Path

import pytest

from plimsoll.datasets import Evidence, evidence_of, load_dataset
from plimsoll.datasets.evidence import Spot, first_places
from plimsoll.errors import InvalidDataset
from plimsoll.evals.retrieval.retrieved_case import gains_of
from plimsoll.records import Passage

from unit.evals.samples import case

TEXT = "Items may be returned within 30 days of delivery. Outlet items cannot be refunded at all."


def spot(source: str = "documents/returns.md", *, page: int | None = 2, start: int = 100, text: str = TEXT) -> Spot:
    return Spot.of_passage(
        Passage(chunk_id="c", document_id="d", source=source, title="Returns", page=page, start=start, text=text)
    )


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(source="documents/returns.md"),
        Evidence(source="returns.md", page=2),
        Evidence(text="Within 30 DAYS, of delivery"),
        Evidence(text=("nowhere to be found", "30 days")),
        Evidence(source="returns.md", start=150, end=160),
        Evidence(text=f"Before it. {TEXT} After it."),
        Evidence(text="Outlet items cannot be refunded at all. The rest of it stands in the next chunk only."),
    ],
)
def test_a_passage_that_holds_the_evidence_is_told(evidence: Evidence):
    assert spot().holds(evidence)


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(source="turns.md"),
        Evidence(source="returns.md", page=3),
        Evidence(source="returns.md", text="within 31 days"),
        Evidence(text="0 days"),
        Evidence(source="returns.md", start=0, end=100),
    ],
)
def test_a_passage_that_misses_any_part_of_it_is_not(evidence: Evidence):
    assert not spot().holds(evidence)


def test_each_evidence_counts_where_it_is_found_first():
    evidence = (Evidence(source="a.md"), Evidence(source="b.md"), Evidence(source="c.md"))
    spots = [spot("b.md"), spot("a.md"), spot("b.md")]
    assert first_places(evidence, spots) == (2, 1, None)


def test_evidence_that_one_passage_holds_together_is_one_thing_to_find():
    evidence = [Evidence(text="x"), Evidence(text="y", relevance=2), Evidence(text="z")]
    gains, ideal = gains_of(evidence, [2, 2, None])
    assert (gains, sorted(ideal)) == ([0.0, 2.0], [1.0, 2.0])


def test_a_case_without_evidence_is_answered_where_an_expected_text_stands():
    assert evidence_of(case(contains=["30 days", "a month"])) == (Evidence(text=("30 days", "a month")),)
    assert evidence_of(case(contains="30 days", abstain=True)) == ()
    assert evidence_of(case()) == ()


@pytest.mark.parametrize(
    "wrong",
    ['[{"sorce": "a.md"}]', "[]", '[{"page": 3}]', '"a.md"', '[{"source": "a.md", "start": 5, "end": 5}]'],
)
def test_evidence_of_another_shape_is_refused_with_its_line(tmp_path: Path, wrong: str):
    path = tmp_path / "cases.jsonl"
    path.write_text(f'{{"input": {{"text": "x"}}, "expected": {{"evidence": {wrong}}}}}', encoding="utf-8")
    with pytest.raises(InvalidDataset, match=r"cases.jsonl:1: 'expected.evidence' is .*'source', 'page'"):
        load_dataset(path)
