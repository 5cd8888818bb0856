"""What is in force, over HTTP: for administrators, whole, and without a secret in it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.project import Check, SettingsReport
from plimsoll.server.web.settings import check_health

from contract.server.serving import open_new_project, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
SECRET = "hunter2hunter2"
PROVIDERS = f"""
[providers.own]
base_url = "http://127.0.0.1:1/v1"

[models.bought]
model = "own/large"
output_usd_per_million = 12.5

[knowledge.docs.sources.site]
kind = "web"
urls = ["http://127.0.0.1:1/?token={SECRET}"]
"""


async def declare_provider(folder: Path) -> None:
    async with open_new_project(folder) as project:
        file = project.folder / "plimsoll.toml"
        file.write_text(file.read_text(encoding="utf-8") + PROVIDERS, encoding="utf-8")


async def report(folder: Path) -> SettingsReport:
    async with open_new_project(folder) as project:
        return await project.describe_settings()


async def test_every_setting_price_key_and_allowance_is_shown_and_no_secret(tmp_path: Path):
    await declare_provider(tmp_path)
    async with served(tmp_path) as server:
        key = await server.keys.create("Night shift", groups=("sales",))
        await server.project.allowances.set("group:sales", budget_usd=5.0)
        shown = (await server.get("/api/settings")).json()
        page = (await server.get("/settings")).text
    assert [target["price"]["output"] for target in shown["targets"] if target["alias"] == "bought"] == [12.5]
    assert [(one["name"], one["groups"]) for one in shown["keys"]] == [("Night shift", ["sales"])]
    assert [one["budget_usd"] for one in shown["allowances"]] == [5.0]
    assert all(one["bytes"] > 4_096 for one in shown["databases"])
    assert "http://127.0.0.1:1/?token=***" in page
    assert "Night shift" in page
    for text in (page, str(shown)):
        assert SECRET not in text
        assert key.secret.reveal() not in text


async def test_settings_need_the_right_to_administer(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        key = await server.keys.create("reader", scopes=("read",))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        answers = [await server.get(path, headers=bearer) for path in ("/settings", "/api/settings")]
        overview = await server.get("/", headers=bearer)
    assert [one.status for one in answers] == [403, 403]
    assert 'href="/settings"' not in overview.text


async def test_a_key_that_was_revoked_is_not_listed(tmp_path: Path):
    async with served(tmp_path) as server:
        key = await server.keys.create("gone")
        await server.keys.revoke(key.key_id)
        assert (await server.get("/api/settings")).json()["keys"] == []


async def test_a_file_that_cannot_be_used_is_said_beside_what_is_in_force(tmp_path: Path):
    async with served(tmp_path) as server:
        (server.project.folder / "plimsoll.toml").write_text("[server]\nport = 'no'\n", encoding="utf-8")
        await server.project.reload()
        page = (await server.get("/settings")).text
    assert "Correct plimsoll.toml." in page
    assert "port" in page


async def test_a_store_that_cannot_be_written_is_found_wrong(tmp_path: Path):
    found = await report(tmp_path)
    broken = replace(found.capture, pending=7, last_error="disk full")
    lost = replace(found.capture, dropped=3)
    states = [_find(replace(found, capture=capture)) for capture in (found.capture, broken, lost)]
    assert [one.state for one in states] == ["ok", "wrong", "warning"]
    assert ("7 steps" in states[1].message, "3 steps were lost" in states[2].message) == (True, True)


def _find(found: SettingsReport) -> Check:
    return next(one for one in check_health(found) if one.name == "Traces")
