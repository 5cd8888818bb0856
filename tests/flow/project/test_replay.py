"""A stored request runs again: the same from the record, another where the configuration is, and never made up."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

import plimsoll
from plimsoll.cli import cli
from plimsoll.errors import InvalidRequest, NotFound, NotRecorded
from plimsoll.project import Project, ReplayAsked, write_project
from plimsoll.records import Outcome, Principal
from plimsoll.testing import Fault, FaultKind, SeenRequest, Upstream
from plimsoll.traces import TraceFilter, TrafficKind

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio


def say(seen: SeenRequest) -> str:
    """Answer with the prompt's words, numbered, so that no two calls answer alike."""
    asked = seen.body["messages"][-1]["content"]  # type: ignore[index,call-overload]
    return json.dumps({"answer": f"{seen.number}: {asked}", "quotes": []})


@asynccontextmanager
async def asked_once(folder: Path, *, settings: str = "", text: str = "tide?") -> AsyncGenerator[tuple[Project, str]]:
    """Open a project whose feature was asked once, and give the trace; the model goes on answering."""
    with Upstream(say) as upstream:
        write_evaluated(folder, upstream)
        (folder / "prompts" / "b.md").write_text("Shout: {{ input.text }}\n", encoding="utf-8")
        with (folder / "plimsoll.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        async with evaluated(folder) as project:
            result = await project.ask(text, feature="echo")
            yield project, result.trace_id


async def test_a_replay_from_the_record_is_the_same_and_asks_nobody(tmp_path: Path):
    async with asked_once(tmp_path) as (project, trace_id):
        found = await project.traces.replay(trace_id)
        assert (found.is_same_output, found.mode, found.went_live) == (True, "recorded", ())
        assert found.original.output_text == found.replayed.output_text
        assert found.replayed.input_tokens == found.original.input_tokens > 0
        assert found.cost_usd == found.original.cost_usd
        assert (found.replayed.cost_usd, found.original.cost_usd) == (0.0, pytest.approx(0.011))
        assert [step.served for step in found.steps if step.served] == ["recorded"]
        again = await project.traces.get(found.replayed.trace_id)
        assert again.spans[0].attributes["plimsoll.replay_of"] == trace_id
        assert again.summary.version == found.original.version


async def test_a_replay_is_no_live_request(tmp_path: Path):
    async with asked_once(tmp_path) as (project, trace_id):
        found = await project.traces.replay(trace_id)
        live = await project.traces.list(TraceFilter(traffic=TrafficKind.LIVE))
        assert [one.trace_id for one in live] == [trace_id]
        assert (found.replayed.dataset, found.replayed.subject) == ("replay", found.original.subject)


async def test_another_prompt_is_not_in_the_recording_and_goes_live_only_as_asked(tmp_path: Path):
    async with asked_once(tmp_path) as (project, trace_id):
        with pytest.raises(NotRecorded, match="does not hold a call of the model"):
            await project.traces.replay(trace_id, ReplayAsked(prompt="prompts/b.md"))
        asked = ReplayAsked(variant="prompt=prompts/b.md", missing="live")
        found = await project.traces.replay(trace_id, asked)
        assert "Shout: tide?" in (found.replayed.output_text or "")
        assert (len(found.went_live), found.replayed.variant) == (1, "prompt=prompts/b.md")
        assert not found.is_same_output


async def test_another_model_is_not_in_the_recording(tmp_path: Path):
    async with asked_once(tmp_path) as (project, trace_id):
        with pytest.raises(NotRecorded):
            await project.traces.replay(trace_id, ReplayAsked(model="up/other"))
        found = await project.traces.replay(trace_id, ReplayAsked(model="up/other", is_live=True))
        assert (found.mode, found.replayed.model, found.replayed.variant) == ("live", "other", "model=up/other")


async def test_a_call_that_failed_fails_again_without_being_made(tmp_path: Path):
    with Upstream(say) as upstream:
        write_evaluated(tmp_path, upstream)
        async with evaluated(tmp_path) as project:
            upstream.inject(Fault(kind=FaultKind.STATUS, status=503, message="Overloaded"))
            failed = await project.ask("tide?", feature="echo")
            found = await project.traces.replay(failed.trace_id)
            assert (failed.outcome, found.replayed.outcome) == (Outcome.FAILED, Outcome.FAILED)
            assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("settings", "text", "missing"),
    [
        ('[traces]\ncontent = "none"\n', "tide?", "does not hold its input"),
        ("", "mail me at ada@example.org", r"\[email\] stands in place of a value"),
    ],
)
async def test_content_that_was_not_kept_is_refused_and_named(
    tmp_path: Path, *, settings: str, text: str, missing: str
):
    async with asked_once(tmp_path, settings=settings, text=text) as (project, trace_id):
        with pytest.raises(NotRecorded, match=missing):
            await project.traces.replay(trace_id)


async def test_only_requests_of_features_that_the_caller_may_see_are_replayed(tmp_path: Path):
    async with asked_once(tmp_path) as (project, trace_id):
        with pytest.raises(NotFound):
            await project.traces.replay(trace_id, caller=Principal(id="key:1", tenant="other"))
        with pytest.raises(InvalidRequest, match="no change of a feature"):
            await project.traces.replay(trace_id, ReplayAsked(variant="colour=red"))


@pytest.mark.model
async def test_documents_that_are_gone_by_now_are_found_from_the_record(tmp_path: Path):
    folder = tmp_path / "shop"
    write_project(folder)
    async with plimsoll.open(folder, environ={}) as project:
        await project.knowledge.ingest()
        first = await project.ask("How long do customers have to return an item?")
        assert first.outcome is Outcome.ANSWERED
        for file in (folder / "documents").iterdir():
            file.unlink()
        await project.knowledge.ingest(confirm_loss=True)
        recorded = await project.traces.replay(first.trace_id)
        live = await project.traces.replay(first.trace_id, ReplayAsked(is_live=True))
    assert recorded.is_same_output
    assert (recorded.replayed.outcome, live.replayed.outcome) == (Outcome.ANSWERED, Outcome.ABSTAINED)


async def test_the_command_shows_both_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with asked_once(tmp_path) as (_, trace_id):
        pass
    monkeypatch.chdir(tmp_path)
    shown = await asyncio.to_thread(CliRunner().invoke, cli, ["traces", "replay", trace_id[:20]])
    assert "The same output: 1: Say: tide?" in shown.output, shown.output
    other = ["traces", "replay", trace_id[:20], "--prompt", "prompts/b.md"]
    refused = await asyncio.to_thread(CliRunner().invoke, cli, other)
    assert (refused.exit_code, "--missing live" in refused.output) == (2, True)
