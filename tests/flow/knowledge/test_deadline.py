"""A retrieval with a deadline drops steps by name: reranking, then the vectors; at last it serves what it had found."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from plimsoll.errors import Overloaded
from plimsoll.knowledge import Corpus, RetrievalPlan, RetrievalResult
from plimsoll.records import Principal

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


def steps(result: RetrievalResult) -> Sequence[str]:
    return [one.step for one in result.degraded]


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
            await corpus.ingest(["docs"], root=tmp_path)
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
