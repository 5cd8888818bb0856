"""A retrieval with a deadline drops steps by name: reranking, then the vectors; at last it serves what it had found."""

import asyncio
from pathlib import Path

import pytest

from plimsoll.errors import Overloaded
from plimsoll.knowledge import Corpus, RetrievalPlan, RetrievalResult
from plimsoll.records import Principal
from plimsoll.testing import FakeClock, Hangs, ScriptedReranker, ScriptedRewriter

from flow.knowledge.asking import asking, steps
from flow.knowledge.opened import opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

FILES = {
    "docs/leave.md": "# Leave\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval by Ada Lovelace.\n",
}
QUESTION = "When is a note due for sick leave?"


async def ask(corpus: Corpus, deadline_ms: int = 0) -> RetrievalResult:
    plan = RetrievalPlan(deadline_ms=deadline_ms)
    return await corpus.retrieve(QUESTION, caller=Principal.local(), plan=plan)


def test_an_embedder_that_hangs_leaves_an_answer_by_words_that_says_so(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    embedder = ScriptedEmbedder(stop_at="When is a note")

    async def walk() -> None:
        async with opened(tmp_path, embedder) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            try:
                found = await ask(corpus, deadline_ms=2_000)
            finally:
                embedder.go_on.set()
            assert steps(found) == ["dense"]
            assert found.passages[0].source == "docs/leave.md"
            assert found.is_answerable

    asyncio.run(walk())


def test_a_deadline_that_is_kept_drops_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            plain, bounded = await ask(corpus), await ask(corpus, deadline_ms=10_000)
            assert steps(bounded) == []
            assert [one.chunk_id for one in bounded.passages] == [one.chunk_id for one in plain.passages]
            assert [one.score for one in bounded.passages] == pytest.approx([one.score for one in plain.passages])

    asyncio.run(walk())


class StuckCounter(ScriptedEmbedder):
    """Counts tokens until it is stuck."""

    is_stuck = False

    def count_tokens(self, text: str) -> int:
        if self.is_stuck:
            assert self.go_on.wait(timeout=30)
        return super().count_tokens(text)


def test_what_was_found_before_is_served_to_the_same_caller_only_and_as_far_as_it_exists(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    embedder = StuckCounter()
    plan = RetrievalPlan(deadline_ms=1_000, token_budget=1_000)
    eve = Principal(id="user:eve")

    async def walk() -> None:
        async with opened(tmp_path, embedder) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            before = await corpus.retrieve(QUESTION, caller=Principal.local(), plan=plan)
            (tmp_path / "docs" / "travel.md").unlink()
            await corpus.ingest(["docs"], root=tmp_path, confirm_loss=True)
            embedder.is_stuck = True
            try:
                again = await corpus.retrieve(QUESTION, caller=Principal.local(), plan=plan)
                with pytest.raises(Overloaded):
                    await corpus.retrieve(QUESTION, caller=eve, plan=plan)
            finally:
                embedder.go_on.set()
            assert steps(again) == ["search"]
            assert {one.source for one in before.passages} == {"docs/leave.md", "docs/travel.md"}
            assert {one.source for one in again.passages} == {"docs/leave.md"}

    asyncio.run(walk())


def test_steps_are_dropped_in_their_order_the_later_the_more(tmp_path: Path) -> None:
    """A rewriter takes 5, 6.5 or 9.5 of the ten seconds; vectors have to be there after 6, reranking after 9."""

    async def walk(folder: Path, seconds: float) -> tuple[list[str], tuple[str, ...], list[str], int]:
        clock, embedder = FakeClock(), ScriptedEmbedder(stop_at="When is a note")
        rewriter = ScriptedRewriter(before=lambda: clock.advance(seconds))
        reranker = ScriptedReranker()
        embedder.go_on.set()
        async with asking(folder, FILES, embedder=embedder, clock=clock, rewriter=rewriter, reranker=reranker) as docs:
            if seconds > 6:
                embedder.go_on.clear()
            try:
                found = await docs.ask(QUESTION, rewrite=True, rerank=True, deadline_ms=10_000)
            finally:
                embedder.go_on.set()
            told = docs.span().get("plimsoll.retrieval.degraded", ())
            return steps(found), told, docs.events(), len(reranker.asked)

    assert asyncio.run(walk(tmp_path / "a", 5)) == ([], (), [], 1)
    both = (["dense", "rerank"], ("dense", "rerank"), ["dense dropped", "rerank dropped"], 0)
    assert asyncio.run(walk(tmp_path / "b", 6.5)) == both
    assert asyncio.run(walk(tmp_path / "c", 9.5)) == both


def test_a_reranker_that_hangs_is_dropped_before_the_vectors(tmp_path: Path) -> None:
    async def walk() -> RetrievalResult:
        async with asking(tmp_path, FILES, reranker=ScriptedReranker([Hangs()])) as docs:
            return await docs.ask(QUESTION, rerank=True, deadline_ms=3_000)

    found = asyncio.run(walk())
    assert steps(found) == ["rerank"]
    assert found.passages[0].source == "docs/leave.md"
