"""The operations of an open project, with the embedded reader and with a model behind a real HTTP server."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

import plimsoll
from plimsoll import Outcome, Project
from plimsoll.errors import InvalidDataset, InvalidRequest, NotBound, NotFound
from plimsoll.features import Question
from plimsoll.project import write_project
from plimsoll.records import SystemClock, Verdict
from plimsoll.testing import FakeClock, Upstream

pytestmark = [pytest.mark.anyio, pytest.mark.model]

QUESTION = "What does express delivery cost?"


@asynccontextmanager
async def opened(folder: Path, *, clock: FakeClock | None = None, **environ: str) -> AsyncGenerator[Project]:
    """Open a fresh project of the template, its documents ingested, with nothing else in the environment."""
    _write_once(folder)
    async with plimsoll.open(folder, clock=clock, environ=environ) as project:
        await project.knowledge.ingest()
        yield project


def _write_once(folder: Path) -> None:
    if not folder.exists():
        write_project(folder)


def _reply(quote: str) -> str:
    answer = {"answer": "It costs 9.90 euros.", "quotes": [{"passage": 1, "quote": quote}], "abstained": False}
    return json.dumps(answer)


async def test_a_feature_is_called_like_a_function_while_its_project_is_open(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        feature = project.features["docs_answer"]
        result = await feature(Question(text=QUESTION))
        assert result.outcome is Outcome.ANSWERED
        assert (await project.traces.get(result.trace_id)).summary.outcome is Outcome.ANSWERED
    with pytest.raises(NotBound):
        await feature(Question(text=QUESTION))


async def test_a_model_server_in_the_environment_answers_and_its_quotations_are_verified(tmp_path: Path):
    with Upstream(answer=_reply("Express delivery costs 9.90 euros.")) as upstream:
        async with opened(tmp_path / "demo", OPENAI_BASE_URL=upstream.base_url) as project:
            result = await project.ask(QUESTION)
            assert project.models[0].model == "test-model"
    assert result.outcome is Outcome.ANSWERED
    assert [citation.source for citation in result.citations] == ["documents/shipping.md"]
    assert result.cost_usd is None, "an unknown price is unknown, not free"


async def test_an_invented_quotation_becomes_an_abstention(tmp_path: Path):
    with Upstream(answer=_reply("Express delivery is free on Sundays.")) as upstream:
        async with opened(tmp_path / "demo", OPENAI_BASE_URL=upstream.base_url) as project:
            result = await project.ask(QUESTION)
    assert (result.outcome, result.citations) == (Outcome.ABSTAINED, ())
    assert result.passages


async def test_a_model_server_that_is_down_is_an_outcome_that_names_it(tmp_path: Path):
    async with opened(tmp_path / "demo", OPENAI_BASE_URL="http://127.0.0.1:9/v1") as project:
        result = await project.ask(QUESTION)
    assert (result.outcome, str(result.error_class)) == (Outcome.FAILED, "infrastructure")
    assert "openai" in result.message


async def test_an_unknown_feature_and_a_wrong_payload_are_refused(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        with pytest.raises(NotFound, match="did you mean 'docs_answer'"):
            await project.ask(QUESTION, feature="doc_answer")
        with pytest.raises(InvalidRequest, match="text"):
            await project.run_feature("docs_answer", {"txt": QUESTION})


async def test_a_dataset_that_fits_no_feature_is_refused_before_anything_runs(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        (tmp_path / "demo/datasets/docs_answer.jsonl").write_text('{"input": {"txt": "What?"}}\n', encoding="utf-8")
        with pytest.raises(InvalidDataset, match="text"):
            await project.evals.run("docs_answer")


async def test_the_status_shows_each_feature_against_its_line(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        before = (await project.status()).features[0]
        await project.evals.run("docs_answer")
        await project.ask(QUESTION)
        after = (await project.status()).features[0]
    assert (before.verdict, after.verdict) == (None, Verdict.HOLDS)
    assert after.traffic.requests == 1, "the cases of an evaluation are no traffic"


async def test_a_candidate_is_held_against_a_stored_run(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        stored = await project.evals.run("docs_answer")
        report = await project.evals.gate("docs_answer", baseline=stored.id)
    assert report.baseline_id == stored.id
    assert [comparison.difference.regressed for comparison in report.comparisons] == [()] * len(report.comparisons)


async def test_what_is_kept_about_a_person_can_be_erased(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        caller = plimsoll.Principal(id="user:ada")
        await project.ask(QUESTION, caller=caller)
        kept = await project.ask(QUESTION)
        assert await project.erase("user:ada") > 0
        assert [trace.trace_id for trace in await project.traces.list() if trace.feature] == [kept.trace_id]


async def test_traces_past_their_time_are_deleted(tmp_path: Path):
    async with opened(tmp_path / "demo") as project:
        await project.ask(QUESTION)
        assert len(await project.traces.list()) == 2
    in_a_month = FakeClock(SystemClock().now() + timedelta(days=31))
    async with opened(tmp_path / "demo", clock=in_a_month) as later:
        await later.tidy()
        assert [trace for trace in await later.traces.list() if trace.feature] == []


async def test_the_projects_status_opens_no_corpus_and_so_waits_for_no_model(tmp_path: Path):
    async with opened(tmp_path / "shop"):
        pass
    async with plimsoll.open(tmp_path / "shop", environ={}) as project:
        status = await project.status()
        assert [(corpus.documents, corpus.failed) for corpus in status.corpora] == [(2, 0)]
        assert project._parts.corpora._open == {}
