"""A rewritten question is searched for in place of the asked one, and several are merged without loss."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.errors import UnusableAnswer
from plimsoll.knowledge import RetrievalResult
from plimsoll.records import Message
from plimsoll.testing import FakeClock, Hangs, ScriptedRewriter

from flow.knowledge.asking import asking, steps

pytestmark = pytest.mark.anyio
FILES = {
    "docs/leave.md": "# Leave\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval by Ada Lovelace.\n",
    "docs/food.md": "# Food\n\nLunch is served at noon. Soup is free.\n",
}
SOUP, NOTE, FLIGHT = "Is soup free?", "When is a note due for sick leave?", "Who approves flights?"


def sources(result: RetrievalResult) -> list[str]:
    return [one.source for one in result.passages]


async def test_a_follow_up_is_searched_for_as_it_was_meant(tmp_path: Path):
    rewriter = ScriptedRewriter([(NOTE,)])
    before = (Message(role="user", content="What about sick notes?"),)
    async with asking(tmp_path, FILES, rewriter=rewriter, clock=FakeClock()) as corpus:
        found = await corpus.ask("And when is it due?", before=before, rewrite=True)
        direct = await corpus.ask(NOTE)
        assert rewriter.asked[0].conversation == before
    assert (found.questions, direct.questions) == ((NOTE,), ())
    assert found.passages == direct.passages
    assert found.answerability == direct.answerability


async def test_each_of_several_questions_has_its_best_passage_at_the_top_in_turn(tmp_path: Path):
    async with asking(tmp_path, FILES, rewriter=ScriptedRewriter([(SOUP, NOTE, FLIGHT)])) as corpus:
        found = await corpus.ask("Soup, notes, flights?", rewrite=True)
        alone = [await corpus.ask(one) for one in (SOUP, NOTE, FLIGHT)]
    assert sources(found) == ["docs/food.md", "docs/leave.md", "docs/travel.md"]
    assert sources(found) == [one.passages[0].source for one in alone]
    assert found.answerability == pytest.approx(max(one.answerability for one in alone), abs=0.05)
    assert len({one.chunk_id for one in found.passages}) == len(found.passages)


@pytest.mark.parametrize("questions", [(NOTE, NOTE, NOTE), (NOTE, f" {NOTE}\n", ""), (NOTE, "x" * 1_001)])
async def test_the_same_question_twice_is_searched_for_once(tmp_path: Path, questions: tuple[str, ...]):
    async with asking(tmp_path, FILES, rewriter=ScriptedRewriter([questions])) as corpus:
        found = await corpus.ask("?", rewrite=True)
    assert found.questions == (NOTE,)


async def test_of_more_than_three_questions_the_first_three_are_searched_for(tmp_path: Path):
    async with asking(tmp_path, FILES, rewriter=ScriptedRewriter([(SOUP, NOTE, FLIGHT, "Who pays?")])) as corpus:
        assert (await corpus.ask("?", rewrite=True)).questions == (SOUP, NOTE, FLIGHT)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ((), "it wrote no question"),
        (("", "  "), "it wrote no question"),
        (("x" * 1_001,), "it wrote no question"),
        (None, "TypeError"),
        ((1, 2), "AttributeError"),
        (UnusableAnswer("no list"), "unusable_answer"),
        (KeyError("a defect"), "KeyError"),
        (Hangs(), "no answer within 50 ms"),
    ],
)
async def test_whatever_goes_wrong_the_plain_question_is_searched_for_and_the_reason_recorded(
    tmp_path: Path, line: Any, reason: str
):
    async with asking(tmp_path, FILES, rewriter=ScriptedRewriter([line])) as corpus:
        found = await corpus.ask(NOTE, rewrite=True, rewrite_ms=50)
        assert corpus.span()["plimsoll.retrieval.degraded"] == ("rewrite",)
        assert "plimsoll.retrieval.questions" not in corpus.span()
    assert [(one.step, one.reason) for one in found.degraded] == [("rewrite", reason)]
    assert sources(found)[0] == "docs/leave.md"


async def test_the_questions_that_were_searched_for_stand_in_the_trace(tmp_path: Path):
    async with asking(tmp_path, FILES, rewriter=ScriptedRewriter([(SOUP, NOTE)])) as corpus:
        assert steps(await corpus.ask("?", rewrite=True)) == []
        assert corpus.span()["plimsoll.retrieval.questions"] == (SOUP, NOTE)


MANY = {f"docs/{n}.md": f"# Page {n}\n\n{word} number {n} is kept here.\n" for n, word in enumerate("abcdefgh")}
KEPT = st.lists(st.sampled_from(sorted("abcdefgh")), min_size=1, max_size=3, unique=True)


@settings(max_examples=10, deadline=None)
@given(asked=KEPT, passages=st.integers(1, 8))
async def test_merging_loses_nothing_and_shows_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory, asked: list[str], passages: int
):
    questions = tuple(f"Where is {word} number kept?" for word in asked)
    async with asking(tmp_path_factory.mktemp("merge"), MANY, rewriter=ScriptedRewriter([questions])) as corpus:
        found = await corpus.ask("Where?", rewrite=True, passages=passages)
        alone = [await corpus.ask(one, passages=passages) for one in questions]
    ids = [one.chunk_id for one in found.passages]
    assert len(ids) == len(set(ids)) == passages
    in_turn = [one.passages[rank].chunk_id for rank in range(passages) for one in alone]
    assert ids == list(dict.fromkeys(in_turn))[:passages]
