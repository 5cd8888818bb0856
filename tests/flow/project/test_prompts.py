"""The versions of a prompt: kept when they are used, shown with how they did, and compared when they are long gone."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import plimsoll
from plimsoll.cli import cli
from plimsoll.errors import NotFound
from plimsoll.features import PromptVersions
from plimsoll.project import write_project
from plimsoll.records import SystemClock
from plimsoll.testing import Upstream

from contract.store.databases import opened
from flow.features.parts import docs_answer, make_bench

pytestmark = pytest.mark.anyio
FEATURE = """
from plimsoll import Feature, Line, answered
from plimsoll.features import Answer, Question

docs_answer = Feature("docs_answer", input=Question, output=Answer, prompt="prompts/short.md", dataset="two",
                      line=Line(answered(at_least=0.5)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    demo = tmp_path / "demo"
    write_project(demo)
    (demo / "features" / "docs_answer.py").write_text(FEATURE, encoding="utf-8")
    (demo / "datasets" / "two.jsonl").write_text('{"input": {"text": "A?"}}\n{"input": {"text": "B?"}}\n')
    return demo


async def use(folder: Path, prompt: str, *, asks: int) -> None:
    """Evaluate the feature with a prompt, and ask it as a user so often."""
    (folder / "prompts" / "short.md").write_text(prompt, encoding="utf-8")
    with Upstream(answer='{"answer": "Yes.", "quotes": []}') as upstream:
        async with plimsoll.open(folder, environ={"OPENAI_BASE_URL": upstream.base_url}) as project:
            await project.evals.run("docs_answer")
            for _ in range(asks):
                await project.ask("A?", feature="docs_answer")


async def test_every_version_is_kept_with_its_runs_and_requests_and_shown_when_it_is_gone(folder: Path):
    await use(folder, "Be short.\n{{ input.text }}\n", asks=2)
    await use(folder, "Be kind.\n{{ input.text }}\n", asks=1)
    async with plimsoll.open(folder, environ={}) as project:
        kind, short = await project.prompts.log("docs_answer")
        assert [version.live for version in (kind, short)] == [1, 2]
        assert [version.is_current for version in (kind, short)] == [True, False]
        (run,) = short.runs
        assert [(figure.bar, figure.interval and figure.interval.estimate) for figure in run.figures] == [
            ("answered", 1.0)
        ]
        difference = await project.prompts.diff(short.sha256[:8])
        assert tuple(line for line in difference.lines if "Be" in line) == ("-Be short.", "+Be kind.")
        assert (await project.prompts.diff(kind.sha256[:8])).lines == ()
        with pytest.raises(NotFound, match="no version 'abcdef'"):
            await project.prompts.diff("abcdef")
        with pytest.raises(NotFound, match=r"did you mean 'prompts/short\.md'"):
            await project.prompts.log("prompts/shrt.md")


def test_the_commands_say_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)
    assert "No prompt was used yet" in CliRunner().invoke(cli, ["prompts", "log"]).output


async def test_a_prompt_is_used_while_its_text_cannot_be_kept_and_kept_later(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/state.db") as store:
        versions = PromptVersions(store, SystemClock())
        bench = make_bench(tmp_path, lambda _: '{"answer": "", "quotes": [], "abstained": true}')
        bench.runner._prompts = versions
        await store.close()
        feature = docs_answer()
        assert bench.runner.check(feature).prompt_hash
        await versions.close()
    async with opened(f"sqlite:///{tmp_path}/state.db") as store:
        versions._store = store
        assert [text.path for text in await versions.list()] == ["answer.md"]
