"""A dataset over a corpus: figures with intervals, answers that are missing, failures, and two runs compared."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from plimsoll.datasets import Dataset
from plimsoll.datasets.dataset import version_of
from plimsoll.errors import InvalidDataset, InvalidRequest, Overloaded
from plimsoll.evals import (
    Evaluations,
    RetrievalRun,
    RetrievalSettings,
    compare_retrieval,
    render_differences,
    render_retrieval,
    run_retrieval,
    summarise_retrieval,
)
from plimsoll.records import Case, Outcome, Passage, SystemClock

from contract.store.databases import opened
from unit.evals.samples import run_of

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()


class Found(msgspec.Struct, frozen=True):
    passages: tuple[Passage, ...]
    answerability: float
    is_answerable: bool


class Shelf:
    """Finds, for a question, the documents that it is told to find, in their order."""

    def __init__(self, order: Mapping[str, Sequence[str]]) -> None:
        self.order = order

    async def retrieve(self, question: str, passages: int) -> Found:
        if question == "broken":
            raise Overloaded("Searching took too long.")
        names = self.order.get(question, ())[:passages]
        found = tuple(
            Passage(chunk_id=f"c{name}", document_id=name, source=f"{name}.md", title=name, text=f"About {name}.")
            for name in names
        )
        return Found(found, 0.9 if found else 0.1, bool(found))


def cases(*wanted: tuple[str, str | None], tags: tuple[str, ...] = ()) -> Dataset:
    made = [
        Case(
            id=question,
            input={"text": question},
            expected={"abstain": True} if source is None else {"evidence": [{"source": f"{source}.md"}]},
            tags=tags,
        )
        for question, source in wanted
    ]
    return Dataset(name="cases", cases=tuple(made), version=version_of(made))


async def run(shelf: Shelf, dataset: Dataset, *, evaluations: Evaluations | None = None, k: int = 2) -> RetrievalRun:
    settings = RetrievalSettings(corpus="docs", k=k)
    return await run_retrieval(dataset, shelf.retrieve, settings=settings, clock=CLOCK, evaluations=evaluations)


FIRST = Shelf({"one": ["a", "b", "c"], "two": ["c", "a", "b"], "three": ["a", "b", "c"]})
DATASET = cases(("one", "a"), ("two", "b"), ("three", "b"), ("moon", None), tags=("all",))


async def test_the_figures_are_those_of_the_places_that_were_found():
    found = await run(FIRST, DATASET)
    figures = {one.name: one.interval for one in summarise_retrieval(found).overall if one.interval}
    shown = {name: round(interval.estimate, 4) for name, interval in figures.items()}
    assert shown == {
        "recall@2": 0.6667,
        "mrr": round((1 + 1 / 3 + 1 / 2) / 3, 4),
        "ndcg@10": round((1 + 1 / 2 + 0.63093) / 3, 4),
        "answerability AUC": 1.0,
        "abstention precision": 1.0,
        "abstention recall": 1.0,
    }
    assert all(interval.low <= interval.estimate <= interval.high for interval in figures.values())


async def test_the_worst_case_comes_first_with_what_was_retrieved_instead():
    figures = summarise_retrieval(await run(FIRST, DATASET))
    worst = figures.worst[0]
    assert [case.case_id for case in figures.worst] == ["two", "three"]
    assert [passage.source for passage in worst.passages] == ["c.md", "a.md", "b.md"]
    assert [(one.tag, one.name) for one in figures.by_tag] == [
        ("all", "recall@2"),
        ("all", "mrr"),
        ("all", "ndcg@10"),
    ]


async def test_a_search_that_fails_is_missing_and_not_a_miss():
    found = await run(FIRST, cases(("one", "a"), ("broken", "b")))
    figure = summarise_retrieval(found).overall[0]
    assert figure.interval is not None
    assert (figure.interval.estimate, figure.interval.n, figure.missing) == (1.0, 1, 1)
    assert [one.outcome for one in found.run.results] == [Outcome.ANSWERED, Outcome.FAILED]
    assert "Searching took too long." in found.run.results[1].message


async def test_a_run_is_kept_and_another_is_compared_with_it_case_by_case(tmp_path: Path):
    better = Shelf({**FIRST.order, "two": ["b", "a"]})
    async with opened(f"sqlite:///{tmp_path / 'state.db'}") as store:
        evaluations = Evaluations(store, CLOCK)
        before = await run(FIRST, DATASET, evaluations=evaluations)
        after = await run(better, DATASET, evaluations=evaluations)
        kept = await evaluations.get(before.run.id)
    assert kept == before.run
    differences = {one.name: one for one in compare_retrieval(after.run, kept)}
    assert differences["recall@2"].paired.delta.estimate == pytest.approx(1 / 3)
    assert (differences["mrr"].better, differences["mrr"].worse) == (("two",), ())
    assert render_differences(tuple(differences.values()), baseline=kept.id).renderables


async def test_a_run_of_a_feature_or_of_other_cases_is_no_baseline():
    found = await run(FIRST, DATASET)
    other = await run(Shelf({"four": ["a"]}), cases(("four", "a")))
    with pytest.raises(InvalidRequest, match="not of a corpus"):
        compare_retrieval(found.run, run_of([]))
    with pytest.raises(InvalidRequest, match="no case in common"):
        compare_retrieval(found.run, other.run)


async def test_what_cannot_be_measured_is_refused_before_anything_is_asked():
    with pytest.raises(InvalidDataset, match="where its answer stands"):
        await run(FIRST, cases(("moon", None)))
    with pytest.raises(InvalidRequest, match="k=51"):
        await run(FIRST, DATASET, k=51)
    unclear = Case(id="x", input={"a": "1", "b": "2"}, expected={"contains": "1"})
    with pytest.raises(InvalidDataset, match="Which field of the case 'x'"):
        await run(FIRST, Dataset(name="d", cases=(unclear,), version="v"))


async def test_a_report_can_be_drawn_of_every_run():
    for dataset in (DATASET, cases(("one", "a"), ("broken", "b"))):
        found = await run(FIRST, dataset)
        assert render_retrieval(found, summarise_retrieval(found)).renderables
