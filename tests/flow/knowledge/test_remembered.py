"""What was found before is served in bad times as far as it stands: still readable, still meant, with its age now."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import Overloaded
from plimsoll.knowledge import RetrievalPlan, RetrievalResult, Where, change_plan
from plimsoll.records import Principal
from plimsoll.testing import FakeClock

from flow.knowledge.asking import Asking, asking, steps
from unit.knowledge.scripted_embedder import ScriptedEmbedder

pytestmark = pytest.mark.anyio
FILES = {
    "docs/leave.md": "# Leave\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval by Ada Lovelace.\n",
}
SAME = {"docs/copy.md": FILES["docs/leave.md"], "docs/leave.md": FILES["docs/leave.md"]}
QUESTION = "When is a note due for sick leave?"
PAY = ["group:pay"]


def planned(**changes: Any) -> RetrievalPlan:
    return change_plan(RetrievalPlan(deadline_ms=1_000, token_budget=1_000), **changes)


class StuckCounter(ScriptedEmbedder):
    """Counts tokens until it is stuck: no retrieval with a budget comes to its end then."""

    is_stuck = False

    def count_tokens(self, text: str) -> int:
        if self.is_stuck:
            assert self.go_on.wait(timeout=60)
        return super().count_tokens(text)


@asynccontextmanager
async def remembering(
    folder: Path, files: Mapping[str, str], plan: RetrievalPlan, *, clock: FakeClock | None = None
) -> AsyncGenerator[tuple[Asking, RetrievalResult]]:
    """Ask once in good times, then let nothing come to its end."""
    embedder = StuckCounter()
    async with asking(folder, files, embedder=embedder, clock=clock or FakeClock()) as corpus:
        found = await corpus.ask(QUESTION, plan=plan)
        while found.degraded:  # on a busy machine a second may not do
            found = await corpus.ask(QUESTION, plan=plan)
        embedder.is_stuck = True
        try:
            yield corpus, found
        finally:
            embedder.go_on.set()


def sources(result: RetrievalResult) -> list[str]:
    return [one.source for one in result.passages]


async def test_it_is_the_same_result_with_the_step_that_was_left_out(tmp_path: Path):
    plan = planned()
    async with remembering(tmp_path, FILES, plan) as (corpus, before):
        again = await corpus.ask(QUESTION, plan=plan)
        assert corpus.span()["plimsoll.retrieval.degraded"] == ("search",)
    assert (again.passages, again.finding, again.tokens) == (before.passages, before.finding, before.tokens)
    assert steps(again) == ["search"]


async def test_a_reader_who_was_taken_away_is_served_nothing_of_it(tmp_path: Path):
    plan = planned(passages=1)
    async with remembering(tmp_path, FILES, plan) as (corpus, before):
        await corpus.change("docs/leave.md", readers=PAY)
        with pytest.raises(Overloaded):
            await corpus.ask(QUESTION, plan=plan)
    assert sources(before) == ["docs/leave.md"]


async def test_without_the_passage_that_answers_the_rest_is_no_answer(tmp_path: Path):
    plan = planned()
    async with remembering(tmp_path, FILES, plan) as (corpus, before):
        await corpus.change("docs/leave.md", readers=PAY)
        again = await corpus.ask(QUESTION, plan=plan)
    assert (before.is_answerable, sources(before)[0]) == (True, "docs/leave.md")
    assert (again.is_answerable, again.finding, again.answerability) == (False, "irrelevant", 0.0)
    assert sources(again) == ["docs/travel.md"]


async def test_without_another_passage_it_is_still_an_answer(tmp_path: Path):
    plan = planned()
    async with remembering(tmp_path, FILES, plan) as (corpus, before):
        await corpus.change("docs/travel.md", readers=PAY)
        again = await corpus.ask(QUESTION, plan=plan)
    assert (again.is_answerable, again.finding, again.answerability) == (True, "found", before.answerability)
    assert sources(again) == ["docs/leave.md"]


async def test_a_copy_that_was_closed_is_no_longer_named(tmp_path: Path):
    plan = planned()
    async with remembering(tmp_path, SAME, plan) as (corpus, before):
        (first,) = before.passages
        await corpus.change(first.also_in[0], readers=PAY)
        (again,) = (await corpus.ask(QUESTION, plan=plan)).passages
    assert {first.source, *first.also_in} == set(SAME)
    assert (again.source, again.also_in) == (first.source, ())


async def test_what_did_not_fit_and_was_closed_is_no_longer_named(tmp_path: Path):
    long = {"docs/long.md": "# Long\n\n" + "A note on sick leave. " * 15}
    plan = planned(token_budget=50)
    async with remembering(tmp_path, {**FILES, **long}, plan) as (corpus, before):
        await corpus.change("docs/long.md", readers=PAY)
        again = await corpus.ask(QUESTION, plan=plan)
    assert [one.source for one in before.left_out] == ["docs/long.md"]
    assert (again.left_out, sources(again)) == ((), sources(before))


async def test_its_age_goes_on(tmp_path: Path):
    plan, clock = planned(max_age_hours=2), FakeClock()
    async with remembering(tmp_path, FILES, plan, clock=clock) as (corpus, before):
        clock.advance(3 * 3_600)
        again = await corpus.ask(QUESTION, plan=plan)
    assert [(one.age_seconds, one.is_stale) for one in before.passages] == [(0.0, False)] * 2
    assert [(one.age_seconds, one.is_stale) for one in again.passages] == [(10_800.0, True)] * 2


async def test_what_grew_too_old_is_left_out_where_the_plan_says_so(tmp_path: Path):
    plan, clock = planned(max_age_hours=2, leave_out_stale=True), FakeClock()
    async with remembering(tmp_path, FILES, plan, clock=clock) as (corpus, _):
        clock.advance(3 * 3_600)
        await corpus.change("docs/travel.md", checked_at=clock.now())
        again = await corpus.ask(QUESTION, plan=plan)
    assert (sources(again), again.finding, again.is_answerable) == (["docs/travel.md"], "stale", False)
    assert [(one.source, one.reason) for one in again.left_out] == [("docs/leave.md", "stale")]


async def test_what_the_filter_no_longer_means_is_left_out(tmp_path: Path):
    plan = planned(where=Where(source_prefix="docs/", origin=""))
    async with remembering(tmp_path, FILES, plan) as (corpus, before):
        await corpus.change("docs/travel.md", origin="wiki")
        again = await corpus.ask(QUESTION, plan=plan)
    assert len(sources(before)) == 2
    assert sources(again) == ["docs/leave.md"]


async def test_nobody_is_served_what_another_was_given(tmp_path: Path):
    plan = planned()
    others = [
        Principal(id="user:eve"),
        Principal(id="user:local", groups=frozenset({"pay"})),
    ]
    async with remembering(tmp_path, FILES, plan) as (corpus, _):
        for other in others:
            with pytest.raises(Overloaded):
                await corpus.ask(QUESTION, plan=plan, caller=other)
        with pytest.raises(Overloaded):
            await corpus.ask(QUESTION, plan=planned(passages=5))
