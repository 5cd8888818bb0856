"""A project as a newcomer has it after the first two commands."""

from pathlib import Path

import pytest

from flow.cli.commands import plimsoll


@pytest.fixture(scope="session")
def ready_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project with its documents ingested; tests that change it copy it first."""
    parent = tmp_path_factory.mktemp("newcomer")
    assert plimsoll(parent, "init", "my-project").code == 0
    done = plimsoll(parent / "my-project", "ingest")
    assert (done.code, done.err) == (0, "")
    return parent / "my-project"
