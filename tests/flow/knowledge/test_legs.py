"""Why a passage is where it is: which leg brought it, at which place, with which score."""

from pathlib import Path

import pytest

from plimsoll.knowledge.retrieval.answerability import WITH_VECTORS
from plimsoll.knowledge.retrieval.mix import DEFAULT_MIX
from plimsoll.records import Principal

from flow.knowledge.opened import opened, write_files

pytestmark = pytest.mark.anyio
FILES = {
    "docs/leave.md": "# Leave\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval.\n",
    "docs/food.md": "# Food\n\nLunch is served at noon. Soup is free.\n",
}
QUESTION = "When is a note due for sick leave?"


async def test_each_passage_knows_its_places_in_both_legs_and_the_mix_gives_its_score(tmp_path: Path):
    write_files(tmp_path, FILES)
    async with opened(tmp_path) as corpus:
        await corpus.ingest(["docs"], root=tmp_path)
        found = await corpus.retrieve(QUESTION, caller=Principal.local())
    by = {passage.source: found.found_by[passage.chunk_id] for passage in found.passages}
    assert (by["docs/leave.md"].words_rank, by["docs/leave.md"].words) == (1, 1.0)
    assert sorted(one.vector_rank or 0 for one in by.values()) == [1, 2, 3]
    for passage in found.passages:
        own = found.found_by[passage.chunk_id]
        mixed = DEFAULT_MIX.words * own.words + DEFAULT_MIX.chunk * own.chunk + DEFAULT_MIX.sentence * own.sentence
        assert passage.score == pytest.approx(mixed, abs=1e-5)


async def test_a_passage_without_a_word_of_the_question_was_brought_by_the_vectors_alone(tmp_path: Path):
    write_files(tmp_path, FILES)
    async with opened(tmp_path) as corpus:
        await corpus.ingest(["docs"], root=tmp_path)
        found = await corpus.retrieve("sick note", caller=Principal.local())
    alone = [passage.source for passage in found.passages if found.found_by[passage.chunk_id].words_rank is None]
    assert sorted(alone) == ["docs/food.md", "docs/travel.md"]
    assert all(found.found_by[passage.chunk_id].vector_rank for passage in found.passages)


async def test_the_verdict_comes_with_its_signals_and_the_time_of_each_step(tmp_path: Path):
    write_files(tmp_path, FILES)
    async with opened(tmp_path) as corpus:
        await corpus.ingest(["docs"], root=tmp_path)
        found = await corpus.retrieve(QUESTION, caller=Principal.local())
    assert found.signals is not None
    assert WITH_VECTORS.chance(found.signals) == found.answerability >= found.answerable_at
    assert [one.step for one in found.times] == ["embed", "search", "look up", "assemble"]
    assert all(one.milliseconds > 0 for one in found.times)
