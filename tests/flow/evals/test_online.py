"""Live requests are judged beside them: a sample, within a budget, without a user waiting or paying for it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from plimsoll.evals import OnlineHealth, OnlineScoring
from plimsoll.evals.online.scoring import PAYER
from plimsoll.features import Answer as Answered
from plimsoll.features import Feature, Finished, Question, Result, Sampling
from plimsoll.line import Line, Sample, pass_rate
from plimsoll.project import Project, write_project
from plimsoll.project import open as open_project
from plimsoll.records import Case, Clock, Outcome, Principal, Score, SystemClock
from plimsoll.scorers import scorer
from plimsoll.testing import Upstream

pytestmark = pytest.mark.anyio
ADA = Principal(id="user:ada", tenant="acme")
FEATURE = """
from plimsoll import Feature, Line, Question, pass_rate
from plimsoll.features import Sampling
from pydantic import BaseModel
from plimsoll.scorers import Judge

class Said(BaseModel):
    answer: str

is_polite = Judge("is_polite", prompt="prompts/polite.md", model="default")
docs_answer = Feature("docs_answer", input=Question, output=Said, prompt="prompts/say.md",
                      line=Line(pass_rate(is_polite, at_least=0.5)), online=Sampling(rate=RATE, most_usd_per_day=MOST))
"""
REPLY = '{"answer": "Gladly.", "reason": "It is polite.", "verdict": "pass"}'


@scorer
async def always(case: Case, sample: Sample) -> bool:
    del case
    return sample.output is not None


@scorer
async def never_ends(case: Case, sample: Sample) -> bool:
    del case, sample
    await asyncio.Event().wait()
    return True


class Kept:
    """Keeps scores in memory, or refuses."""

    def __init__(self, spent: float | None = 0.0, *, is_broken: bool = False) -> None:
        self.scores: list[Score] = []
        self._spent = spent
        self._is_broken = is_broken

    async def add_scores(self, scores: list[Score]) -> None:
        if self._is_broken:
            raise OSError("The disk is full.")
        self.scores += scores

    async def judging_cost(self, names: frozenset[str], *, since: object) -> float | None:
        del names, since
        return self._spent


def finished(place: int = 0, *, sampling: Sampling, tags: dict[str, str] | None = None) -> Finished:
    feature = Feature(
        "says",
        input=Question,
        output=Answered,
        prompt="p.md",
        line=Line(pass_rate(always, at_least=0.5)),
        online=sampling,
    )
    result = Result[Answered](
        outcome=Outcome.ANSWERED, value=Answered(answer="Yes."), trace_id=f"{place:032x}", latency_ms=1.0
    )
    return Finished(feature=feature, value=Question(text="?"), result=result, caller=ADA, tags=tags or {})  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def judging(kept: Kept, *, most_waiting: int = 1_000) -> AsyncGenerator[OnlineScoring]:
    online = OnlineScoring(kept, _clock(), most_waiting=most_waiting)
    await online.start()
    yield online
    await online.close(timeout_seconds=0.2)


def _clock() -> Clock:
    return SystemClock()


async def test_the_share_that_is_asked_for_is_judged_and_each_score_says_with_what_chance():
    kept, sampling = Kept(), Sampling(rate=0.25)
    async with judging(kept) as online:
        for place in range(800):
            online.take(finished(place, sampling=sampling))
        assert await online.drain()
    assert 150 < len(kept.scores) < 250
    assert {score.inclusion for score in kept.scores} == {0.25}
    assert online.health().judged == online.health().sampled == len(kept.scores)


async def test_cases_of_evaluations_are_never_judged_as_live():
    async with judging(Kept()) as online:
        online.take(finished(sampling=Sampling(rate=1.0), tags={"plimsoll.dataset": "labelled"}))
        assert online.health() == OnlineHealth()


async def test_what_finds_no_room_is_dropped_and_counted_and_takes_no_time():
    sampling = Sampling(rate=1.0, scorers=(never_ends,))
    async with judging(Kept(), most_waiting=3) as online:
        for place in range(20):
            online.take(finished(place, sampling=sampling))
        assert (online.health().waiting, online.health().dropped) == (3, 17)
    assert online.health().judged == 0
    assert online.health().waiting == 0
    assert online.health().dropped == 20, "what was under way at the end is lost as well, and counted"


@pytest.mark.parametrize(("spent", "over"), [(0.5, 0), (1.0, 1), (None, 1)])
async def test_a_budget_that_is_spent_or_unknown_ends_judging_for_the_day(spent: float | None, over: int):
    kept = Kept(spent)
    async with judging(kept) as online:
        online.take(finished(sampling=Sampling(rate=1.0, most_usd_per_day=1.0)))
        assert await online.drain()
    assert (online.health().over_budget, len(kept.scores)) == (over, 1 - over)


async def test_scores_that_cannot_be_kept_are_counted_and_the_next_request_is_judged():
    async with judging(Kept(is_broken=True)) as online:
        for place in range(3):
            online.take(finished(place, sampling=Sampling(rate=1.0)))
        assert await online.drain()
    assert (online.health().failed, online.health().judged) == (3, 0)


async def test_a_request_that_cannot_be_read_is_counted_and_never_its_users_problem():
    broken = msgspec.structs.replace(finished(sampling=Sampling(rate=1.0)), value=None)  # pyright: ignore[reportArgumentType]
    async with judging(Kept()) as online:
        online.take(broken)
        assert await online.drain()
    assert online.health().failed == 1


def online_project(folder: Path, *, rate: float = 1.0, most: str = "None") -> Path:
    demo = folder / "demo"
    write_project(demo)
    text = FEATURE.replace("RATE", str(rate)).replace("MOST", most)
    (demo / "features" / "docs_answer.py").write_text(text, encoding="utf-8")
    (demo / "prompts" / "polite.md").write_text("Polite? {{ input.answer }}", encoding="utf-8")
    (demo / "prompts" / "say.md").write_text("Say: {{ input.text }}", encoding="utf-8")
    return demo


@asynccontextmanager
async def opened(demo: Path, upstream: Upstream) -> AsyncGenerator[Project]:
    environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": upstream.base_url}
    async with open_project(demo, environ=environ) as project:
        yield project


async def test_a_judges_scores_join_the_users_trace_and_nobody_elses_sees_or_pays(tmp_path: Path):
    with Upstream(answer=REPLY) as upstream:
        async with opened(online_project(tmp_path), upstream) as project:
            result = await project.run_feature("docs_answer", {"text": "Hello?"}, caller=ADA)
            (rate,) = await project.evals.online("docs_answer")
            trace = await project.traces.get(result.trace_id)
            judged = [one for one in await project.traces.list() if one.feature == "is_polite"]
    assert rate.rate is not None
    assert (rate.scorer, rate.rate.estimate, rate.n, rate.standing) == ("is_polite", 1.0, 1, "uncalibrated")
    assert [(score.name, score.inclusion) for score in trace.scores] == [("is_polite", 1.0)]
    (about,) = judged
    assert (about.tenant, about.subject, about.is_closed) == ("acme", "user:ada", True)
    assert PAYER.id != about.subject


async def test_erasing_a_person_erases_what_judges_saw_of_them(tmp_path: Path):
    person = Principal(id="user:eve")
    with Upstream(answer=REPLY) as upstream:
        async with opened(online_project(tmp_path), upstream) as project:
            await project.run_feature("docs_answer", {"text": "Hello?"}, caller=person)
            await project.evals.online("docs_answer")
            assert len(await project.traces.list()) == 2
            await project.erase("user:eve")
            assert await project.traces.list() == []
            assert await project.evals.online("docs_answer") == ()


async def test_a_bound_on_money_is_kept_over_what_was_judged_before(tmp_path: Path):
    with Upstream(answer=REPLY) as upstream:
        async with opened(online_project(tmp_path, most="1e-12"), upstream) as project:
            for _ in range(3):
                await project.run_feature("docs_answer", {"text": "Hello?"})
                await project.evals.online("docs_answer")
            health = project.evals.online_health()
    assert (health.sampled, health.judged, health.over_budget) == (3, 1, 2)


async def test_json_of_rates_is_plain(tmp_path: Path):
    async with open_project(online_project(tmp_path), environ={}) as project:
        assert json.dumps(await project.evals.online("docs_answer")) == "[]"
