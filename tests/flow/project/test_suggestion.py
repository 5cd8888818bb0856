"""A model proposes a prompt after it read what failed: a file of its own, checked, and told where it holds the test."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from plimsoll.cli import cli
from plimsoll.errors import InvalidRequest, UnusableAnswer
from plimsoll.testing import SeenRequest, Upstream

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio
BETTER = "I ask for a yes.\n<prompt>\nSay yes or no: {{ input.text }}\n</prompt>"
TELLING = "I gave examples.\n<prompt>\nE.g. is the number 2 one of ours? Yes. {{ input.text }}\n</prompt>"


def write(folder: Path, upstream: Upstream) -> Path:
    write_evaluated(folder, upstream, cases=0)
    asked = (f"Is the number {n} one of ours?" for n in range(5))
    lines = (json.dumps({"id": text[-2], "input": {"text": text}, "expected": {"contains": "yes"}}) for text in asked)
    texts = [line.replace('"id": "s"', f'"id": "c{n}"') for n, line in enumerate(lines)]
    (folder / "datasets" / "echo.jsonl").write_text("\n".join(texts), encoding="utf-8")
    return folder


def saying(better: str) -> Upstream:
    return Upstream(answer=lambda seen: better if "improve the prompt" in _texts(seen) else '{"answer": "Perhaps."}')


def _texts(seen: SeenRequest) -> str:
    return json.dumps(seen.body.get("messages"))


async def test_what_failed_is_read_and_a_new_file_is_written_that_nothing_uses(tmp_path: Path):
    with saying(BETTER) as upstream:
        async with evaluated(write(tmp_path, upstream)) as project:
            run = await project.evals.run("echo")
            found = await project.prompts.suggest("echo", run.id, model="up/clever")
        asked = _texts(upstream.list_requests(model="clever")[0])
    assert (found.cases, found.why, found.leaks) == (5, "I ask for a yes.", ())
    assert (tmp_path / found.file).read_text(encoding="utf-8") == "Say yes or no: {{ input.text }}\n"
    assert (tmp_path / "prompts/echo.md").read_text(encoding="utf-8") == "Say: {{ input.text }}\n"
    assert ("Is the number 3 one of ours?" in asked, "Perhaps." in asked, "contains_expected" in asked) == (True,) * 3


async def test_a_proposal_that_holds_a_case_is_told_to_leak(tmp_path: Path):
    with saying(TELLING) as upstream:
        async with evaluated(write(tmp_path, upstream)) as project:
            run = await project.evals.run("echo")
            found = await project.prompts.suggest("echo", run.id)
    assert "c2" in [leak.case_id for leak in found.leaks]


@pytest.mark.parametrize(
    "reply", ["Nothing to mend.", "So.\n<prompt>\n{{ input.txt }}\n</prompt>", "<prompt>\n</prompt>"]
)
async def test_a_reply_without_a_prompt_that_loads_leaves_nothing_behind(tmp_path: Path, reply: str):
    with saying(reply) as upstream:
        async with evaluated(write(tmp_path, upstream)) as project:
            run = await project.evals.run("echo")
            with pytest.raises(UnusableAnswer):
                await project.prompts.suggest("echo", run.id)
    assert sorted(path.name for path in (tmp_path / "prompts").iterdir()) == ["echo.md", "kind.md"]


async def test_a_run_without_a_failure_teaches_nothing(tmp_path: Path):
    with Upstream(answer='{"answer": "yes"}') as upstream:
        async with evaluated(write(tmp_path, upstream)) as project:
            run = await project.evals.run("echo")
            with pytest.raises(InvalidRequest, match="nothing to learn from"):
                await project.prompts.suggest("echo", run.id)


def test_the_command_says_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with saying(BETTER) as upstream:
        monkeypatch.chdir(write(tmp_path, upstream))
        run = json.loads(CliRunner().invoke(cli, ["eval", "echo", "--json"]).output)["id"]
        done = CliRunner().invoke(cli, ["prompts", "suggest", "echo", "--run", run])
    assert (done.exit_code, f"--baseline {run[:12]}" in done.output) == (0, True)
