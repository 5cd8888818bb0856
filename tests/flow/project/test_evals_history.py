"""What runs were made with, kept; variants of a feature; and the history that tells one from the other."""

import asyncio
import platform
from pathlib import Path

import pytest

from plimsoll.errors import InvalidFeature, NotFound
from plimsoll.project import EvalAsked
from plimsoll.testing import Upstream

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio


async def git(folder: Path, *arguments: str) -> None:
    """Run git in the folder as nobody in particular."""
    who = ("-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false")
    done = await asyncio.create_subprocess_exec("git", *who, *arguments, cwd=folder, stdout=asyncio.subprocess.DEVNULL)
    assert await done.wait() == 0


async def test_a_run_keeps_what_it_was_made_with_and_no_secret(tmp_path: Path):
    with Upstream(answer='{"answer": "Yes."}', models=("test-model",)) as upstream:
        folder = write_evaluated(tmp_path, upstream, cases=2)
        (folder / "prompts/echo.md").write_text("---\ntemperature: 0.5\n---\nSay: {{ input.text }}\n", "utf-8")
        (folder / ".gitignore").write_text(".plimsoll\n__pycache__\n", "utf-8")
        await git(folder, "init", "-q")
        await git(folder, "add", ".")
        await git(folder, "commit", "-q", "-m", "First")
        async with evaluated(folder) as project:
            clean = await project.evals.run("echo")
            (folder / "new.txt").write_text("!", "utf-8")
            dirty = await project.evals.run("echo")
            assert await project.evals.kept(clean.id[:12]) == clean
    made = clean.experiment
    assert (made.prompt, made.alias, made.parameters) == ("prompts/echo.md", "default", {"temperature": 0.5})
    assert made.answered_by == ("up/test-model",)
    assert (made.is_dirty, dirty.experiment.is_dirty, clean.revision) == (False, True, dirty.revision)
    assert made.environment["python"] == platform.python_version()
    assert set(made.environment) == {"python", "plimsoll", "system", "machine", "cores"}
    assert set(clean.scorers) == {"contains_expected"}


async def test_a_variant_is_kept_apart_and_the_history_says_what_it_changed(tmp_path: Path):
    with Upstream(answer='{"answer": "Yes."}') as upstream:
        folder = write_evaluated(tmp_path, upstream, cases=3)
        (folder / "prompts/short.md").write_text("Shortly: {{ input.text }}\n", "utf-8")
        async with evaluated(folder) as project:
            plain = await project.evals.run("echo")
            variant = await project.evals.run("echo", EvalAsked(model="up/other", prompt="prompts/short.md"))
            newest, oldest = await project.evals.history("echo")
            assert await project._parts.evaluations.latest("echo") == plain
            with pytest.raises(InvalidFeature, match=r"There is no prompt 'prompts/long\.md'"):
                await project.evals.run("echo", EvalAsked(prompt="prompts/long.md"))
            with pytest.raises(NotFound, match="echo"):
                await project.evals.history("ecco")
        assert [seen.model for seen in upstream.list_requests()] == ["test-model"] * 3 + ["other"] * 3
    assert (variant.model, variant.experiment.variant) == ("up/other", "model=up/other, prompt=prompts/short.md")
    assert (newest.run_id, newest.compared_with, oldest.run_id) == (variant.id, plain.id, plain.id)
    assert newest.changed[0] == "model up/test-model → up/other"
    assert newest.changed[-1].startswith("prompt prompts/echo.md → prompts/short.md (")
