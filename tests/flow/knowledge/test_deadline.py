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


async def ask(corpus: Corpus, deadline_ms: int = 0, caller: Principal | None = None) -> RetrievalResult:
    plan = RetrievalPlan(deadline_ms=deadline_ms)
    return await corpus.retrieve(QUESTION, caller=caller or Principal.local(), plan=plan)


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


def test_a_stranger_is_not_served_what_another_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            before = await ask(corpus, deadline_ms=1_000)
            monkeypatch.setattr(corpus, "current", asyncio.Event().wait)
            again = await ask(corpus, deadline_ms=1_000)
            assert steps(again) == ["search"]
            assert [one.chunk_id for one in again.passages] == [one.chunk_id for one in before.passages]
            with pytest.raises(Overloaded):
                await ask(corpus, deadline_ms=1_000, caller=Principal(id="user:eve", tenant="local"))

    asyncio.run(walk())
