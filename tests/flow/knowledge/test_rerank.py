"""Reranking changes the order and nothing else; whatever goes wrong with it is a recorded degradation."""

import math
from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import InvalidRequest, Overloaded
from plimsoll.gateway import load_cross_encoder
from plimsoll.knowledge import LocalReranker, RetrievalPlan, RetrievalResult, change_plan
from plimsoll.testing import FakeClock, Hangs, ScriptedReranker, ScriptedRewriter

from flow.knowledge.asking import asking, steps
from unit.gateway.cross_encoder_by_hand import write_broken_cross_encoder, write_cross_encoder

pytestmark = pytest.mark.anyio
FILES = {
    "docs/leave.md": "# Leave\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval.\n",
    "docs/food.md": "# Food\n\nLunch is served at noon. Soup is free.\n",
}
QUESTION = "When is a note due for sick leave?"
WORDS = ["travel", "trains", "come", "first", "flights", "need", "approval"]


def sources(result: RetrievalResult) -> list[str]:
    return [one.source for one in result.passages]


async def test_the_rerankers_order_holds_and_its_scores_are_told(tmp_path: Path):
    reranker = ScriptedReranker([(1.0, 3.0, 2.0)])
    async with asking(tmp_path / "a", FILES, reranker=reranker) as corpus:
        plain = await corpus.ask(QUESTION)
        better = await corpus.ask(QUESTION, rerank=True)
    (asked,) = reranker.asked
    assert [text.splitlines()[0] for text in asked.texts] == [one.title for one in plain.passages]
    assert sources(better) == [sources(plain)[at] for at in (1, 2, 0)]
    assert [one.rerank_score for one in better.passages] == [3.0, 2.0, 1.0]
    assert [one.rerank_score for one in plain.passages] == [None] * 3
    assert steps(better) == []


async def test_a_cross_encoder_in_a_folder_orders_by_what_it_reads(tmp_path: Path):
    model = load_cross_encoder(write_cross_encoder(tmp_path / "model", known=WORDS))
    async with asking(tmp_path / "a", FILES, reranker=LocalReranker(model)) as corpus:
        found = await corpus.ask("come flights need trains soup?", rerank=True, passages=1)
    assert sources(found) == ["docs/travel.md"]
    assert [one.rerank_score for one in found.passages] == [4.0]


async def test_a_reranker_that_says_nothing_of_those_beyond_its_candidates_leaves_them_behind(tmp_path: Path):
    reranker = ScriptedReranker([(1.0, 2.0)])
    async with asking(tmp_path / "a", FILES, reranker=reranker) as corpus:
        plain = await corpus.ask(QUESTION)
        found = await corpus.ask(QUESTION, rerank=True, rerank_candidates=2)
    assert sources(found) == [sources(plain)[at] for at in (1, 0, 2)]


BROKEN: list[tuple[Any, str]] = [
    ((1.0, math.nan, 2.0), "no number"),
    ((1.0, math.inf, 2.0), "no number"),
    ((1.0, 2.0), "2 scores for 3 texts"),
    ((1.0, 2.0, 3.0, 4.0), "4 scores for 3 texts"),
    ((), "0 scores for 3 texts"),
    (None, "TypeError"),
    (("high", "low", "low"), "ValueError"),
    ((None, 1.0, 2.0), "TypeError"),
    (KeyError("a defect"), "KeyError"),
    (Overloaded("too many"), "overloaded"),
]


@pytest.mark.parametrize(("line", "reason"), BROKEN)
async def test_whatever_is_wrong_with_its_answer_the_order_stays_and_the_reason_is_recorded(
    tmp_path: Path, line: Any, reason: str
):
    async with asking(tmp_path / "a", FILES, reranker=ScriptedReranker([line])) as corpus:
        plain = await corpus.ask(QUESTION)
        found = await corpus.ask(QUESTION, rerank=True)
        assert corpus.span()["plimsoll.retrieval.degraded"] == ("rerank",)
        assert corpus.events() == ["rerank dropped"]
    assert sources(found) == sources(plain)
    assert [one.rerank_score for one in found.passages] == [None] * 3
    assert [(one.step, reason in one.reason) for one in found.degraded] == [("rerank", True)]


async def test_a_local_model_whose_scores_are_no_numbers_is_left_out(tmp_path: Path):
    model = load_cross_encoder(write_broken_cross_encoder(tmp_path / "model", known=WORDS))
    async with asking(tmp_path / "a", FILES, reranker=LocalReranker(model)) as corpus:
        assert steps(await corpus.ask(QUESTION, rerank=True)) == ["rerank"]


async def test_one_that_hangs_is_given_up_on_when_its_share_of_the_time_is_over(tmp_path: Path):
    async with asking(tmp_path / "a", FILES, reranker=ScriptedReranker([Hangs()])) as corpus:
        found = await corpus.ask(QUESTION, rerank=True, deadline_ms=3_000)
    assert steps(found) == ["rerank"]
    assert "no answer within" in found.degraded[0].reason
    assert len(found.passages) == 3


async def test_it_is_not_asked_where_the_time_is_over_already(tmp_path: Path):
    clock = FakeClock()
    reranker, slow = ScriptedReranker(), ScriptedRewriter(before=lambda: clock.advance(9.5))
    async with asking(tmp_path / "a", FILES, reranker=reranker, rewriter=slow, clock=clock) as corpus:
        found = await corpus.ask(QUESTION, rerank=True, rewrite=True, deadline_ms=0)
    assert [(one.step, one.reason) for one in found.degraded] == [("rerank", "no time was left")]
    assert not reranker.asked


async def test_a_follow_up_is_reranked_by_what_it_was_rewritten_to(tmp_path: Path):
    reranker, rewriter = ScriptedReranker(), ScriptedRewriter([("Is soup free?", "Who approves flights?")])
    async with asking(tmp_path / "a", FILES, reranker=reranker, rewriter=rewriter) as corpus:
        await corpus.ask("And those?", rerank=True, rewrite=True)
    assert [one.question for one in reranker.asked] == ["Is soup free? Who approves flights?"]


@pytest.mark.parametrize("step", ["rerank", "rewrite"])
async def test_a_plan_that_asks_for_a_model_which_is_not_there_says_what_to_write(tmp_path: Path, step: str):
    async with asking(tmp_path / "a", FILES) as corpus:
        with pytest.raises(InvalidRequest) as caught:
            await corpus.ask(QUESTION, plan=change_plan(RetrievalPlan(), **{step: True}))
    assert f"{step}_model" in caught.value.next_step
