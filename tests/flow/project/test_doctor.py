"""What `plimsoll doctor` says of projects of several kinds."""

import socket
from pathlib import Path

import pytest

import plimsoll
from plimsoll.project import write_project

pytestmark = pytest.mark.anyio
GATEWAY = '[models.fast]\nmodel = "plimsoll/reader"\n'


async def findings(folder: Path) -> dict[str, str]:
    async with plimsoll.open(folder, environ={}) as project:
        return {check.name: f"{check.state}: {check.message}" for check in await project.examine()}


async def test_a_gateway_is_not_told_to_add_features_and_documents(tmp_path: Path):
    (tmp_path / "plimsoll.toml").write_text(GATEWAY)
    found = await findings(tmp_path)
    assert found["features"].startswith("ok: ")
    assert "corpus docs" not in found


async def test_a_feature_whose_model_is_not_declared_is_named(tmp_path: Path):
    write_project(tmp_path / "shop")
    (tmp_path / "shop" / "plimsoll.toml").write_text(GATEWAY)
    found = await findings(tmp_path / "shop")
    assert found["feature docs_answer"].startswith("wrong: There is no model 'default'.")


async def test_a_port_that_is_taken_may_be_this_projects_own_server(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "plimsoll.toml").write_text(f"{GATEWAY}[server]\nport = {port}\n")
        async with plimsoll.open(tmp_path, environ={}) as project:
            (check,) = [check for check in await project.examine() if check.name == "port"]
    assert (check.state, str(port) in check.message) == ("warning", True)
    assert check.next_step.startswith("Nothing, where this project is being served already")
