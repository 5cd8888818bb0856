"""A project as a newcomer has it after the first two commands."""

import shutil
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll


@pytest.fixture(scope="session")
def first_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project with its documents ingested: what `project` copies, and what nobody changes or asks."""
    parent = tmp_path_factory.mktemp("newcomer")
    assert plimsoll(parent, "init", "my-project").code == 0
    done = plimsoll(parent / "my-project", "ingest")
    assert (done.code, done.err) == (0, "")
    return parent / "my-project"


@pytest.fixture
def project(first_project: Path, tmp_path: Path) -> Path:
    """A copy of the fresh project for one test, which may change it and ask it whatever it likes."""
    return Path(shutil.copytree(first_project, tmp_path / "my-project"))
