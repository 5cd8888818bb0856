"""The workflow in the guide is YAML, and every command and option in it exists."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
import pytest

from plimsoll.cli import cli

from law.sources import ROOT

GUIDE = ROOT / "docs" / "guides" / "gate-in-ci.md"
BLOCK = re.compile(r"^```yaml[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def workflows() -> list[dict[str, Any]]:
    yaml = pytest.importorskip("yaml")
    return [yaml.safe_load(text) for text in BLOCK.findall(GUIDE.read_text(encoding="utf-8"))]


def commands() -> Iterator[list[str]]:
    for workflow in workflows():
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                for line in step.get("run", "").replace("\\\n", " ").splitlines():
                    words = shlex.split(line)
                    if words[:1] == ["plimsoll"]:
                        yield words[1:]


def test_the_workflow_has_jobs_with_steps_that_run_or_use_something():
    (workflow,) = workflows()
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert len(steps) > 5
    assert [step for step in steps if ("run" in step) is ("uses" in step)] == []
    assert all("@v" in step["uses"] for step in steps if "uses" in step)


def test_every_command_and_option_of_the_workflow_exists():
    seen = list(commands())
    assert {words[0] for words in seen} >= {"gate", "ingest", "models"}
    for words in seen:
        command: click.Command = cli
        context = click.Context(cli)
        while isinstance(command, click.Group):
            name, found, words = command.resolve_command(context, words)  # noqa: PLW2901 - the rest of the command
            assert found is not None, name
            command = found
        command.make_parser(context).parse_args(list(words))


def test_every_command_that_the_guide_names_exists():
    for name in re.findall(r"`plimsoll ([a-z]+(?: [a-z]+)?)", GUIDE.read_text(encoding="utf-8")):
        verb, _, rest = name.partition(" ")
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None, name
        if isinstance(command, click.Group):
            assert rest in command.commands, name
