"""`serving` is the real server over the user's own project, from the first request to the last."""

import urllib.error
import urllib.request
from pathlib import Path

import openai
import pytest

from plimsoll.errors import NoProject
from plimsoll.testing import Upstream, serving

SETTINGS = """
[providers.up]
base_url = "{base_url}"
api_key_env = "UP_KEY"

[models.fast]
model = "up/test-model"
"""


def write_settings(folder: Path, upstream: Upstream) -> None:
    (folder / "plimsoll.toml").write_text(SETTINGS.format(base_url=upstream.base_url))


def read(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as response:
        return int(response.status)


def test_an_sdk_calls_the_project_and_the_provider_gets_the_key_of_the_environment(tmp_path: Path):
    with Upstream("Aye.") as upstream:
        write_settings(tmp_path, upstream)
        with (
            serving(tmp_path, environ={"UP_KEY": "sk-up"}) as url,
            openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client,
        ):
            reply = client.chat.completions.create(model="fast", messages=[{"role": "user", "content": "Ready?"}])
        assert reply.choices[0].message.content == "Aye."
        assert upstream.requests[-1].headers["authorization"] == "Bearer sk-up"


def test_the_server_is_gone_after_the_block(tmp_path: Path):
    (tmp_path / "plimsoll.toml").touch()
    with serving(tmp_path) as url:
        assert read(f"{url}/health/live") == 200
    with pytest.raises(urllib.error.URLError):
        read(f"{url}/health/live")


def test_two_projects_are_served_side_by_side(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plimsoll.toml").touch()
    with serving(tmp_path / "a") as one, serving(tmp_path / "b") as other:
        assert one != other
        assert {read(f"{url}/health/live") for url in (one, other)} == {200}


def test_what_keeps_a_project_from_opening_is_raised_where_the_block_begins(tmp_path: Path):
    with pytest.raises(NoProject, match=r"no plimsoll\.toml"), serving(tmp_path):
        pass
