"""Something changes upstream of a running feature, and the comparison of before and after names it first."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import plimsoll
from plimsoll.cli import cli
from plimsoll.project import Project, write_project
from plimsoll.testing import Said, Upstream
from plimsoll.traces import Comparison

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio
ANSWER = '{"answer": "Yes.", "quotes": []}'
ASKED = 40


async def ask(project: Project, *, feature: str, text: str = "Is it high water at noon?") -> str:
    """Ask so often, and return the window in which it was."""
    began: datetime = project._parts.clock.now()
    for number in range(ASKED):
        await project.ask(f"{text} ({number})", feature=feature)
    return f"{began.isoformat()}..{project._parts.clock.now().isoformat()}"


async def compare(project: Project, before: str, after: str) -> Comparison:
    return await project.traces.compare(before, after)


async def test_another_model_behind_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Upstream(lambda seen: Said(text=ANSWER, fingerprint="fp_a" if seen.number <= ASKED else "fp_b")) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            before, after = await ask(project, feature="echo"), await ask(project, feature="echo")
            compared = await compare(project, before, after)
    first = compared.findings[0]
    assert (first.aspect, first.value, [one.value for one in first.also]) == ("fingerprint", "fp_b", ["fp_a"])
    monkeypatch.chdir(tmp_path)
    shown = await asyncio.to_thread(CliRunner().invoke, cli, ["traces", "compare", before, after])
    assert shown.output.index("What changed") < shown.output.index("fp_b") < shown.output.index("were tested")
    printed = await asyncio.to_thread(CliRunner().invoke, cli, ["traces", "compare", before, after, "--json"])
    assert json.loads(printed.output)["findings"][0]["value"] == "fp_b"
    wrong = await asyncio.to_thread(CliRunner().invoke, cli, ["traces", "compare", "colour=red", after])
    assert (wrong.exit_code, "'colour' is not compared by" in wrong.output) == (2, True)


async def test_another_version_of_a_prompt(tmp_path: Path):
    with Upstream(ANSWER) as upstream:
        folder = write_evaluated(tmp_path, upstream)
        async with evaluated(folder) as project:
            before = await ask(project, feature="echo")
        (folder / "prompts" / "echo.md").write_text("Now say: {{ input.text }}\n", encoding="utf-8")
        async with evaluated(folder) as project:
            after = await ask(project, feature="echo")
            compared = await compare(project, before, after)
    assert [one.aspect for one in compared.findings[:2]] == ["prompt", "version"]


async def test_questions_of_a_kind_that_never_came_before(tmp_path: Path):
    with Upstream(ANSWER) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            before = await ask(project, feature="echo")
            after = await ask(project, feature="echo", text="Wie hoch steht das Wasser, und wann ist es hoch?")
            compared = await compare(project, before, after)
    assert {one.aspect for one in compared.findings[:3]} <= {"word", "language", "input_length"}


@pytest.mark.model
async def test_a_document_that_was_removed(tmp_path: Path):
    folder = tmp_path / "shop"
    write_project(folder)
    async with plimsoll.open(folder, environ={}) as project:
        await project.knowledge.ingest()
        question = "How long do customers have to return an item?"
        before = await ask(project, feature="docs_answer", text=question)
        (gone,) = (folder / "documents").glob("*return*")
        gone.unlink()
        await project.knowledge.ingest(confirm_loss=True)
        after = await ask(project, feature="docs_answer", text=question)
        compared = await compare(project, before, after)
    first = compared.findings[0]
    assert (first.aspect, Path(first.value).name, first.second.estimate) == ("document", gone.name, 0.0)
    assert "outcome" in [one.aspect for one in compared.findings]


async def test_nothing_changed(tmp_path: Path):
    with Upstream(ANSWER) as upstream:
        async with evaluated(write_evaluated(tmp_path, upstream)) as project:
            before, after = await ask(project, feature="echo"), await ask(project, feature="echo")
            compared = await compare(project, before, after)
    assert [one.aspect for one in compared.findings if one.aspect not in {"step", "latency"}] == []
