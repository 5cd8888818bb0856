"""`plimsoll keys`, as whoever runs the machine types it."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def test_a_key_belongs_to_the_teams_it_was_made_for(tmp_path: Path):
    (tmp_path / "plimsoll.toml").touch()
    made = plimsoll(tmp_path, "keys", "create", "shop", "--scope", "models", "--group", "sales")
    listed = plimsoll(tmp_path, "keys", "list")
    assert (made.code, made.out.startswith("plim_")) == (0, True)
    assert "sales" in listed.out
    assert made.out.strip() not in listed.out
    (shown,) = json.loads(plimsoll(tmp_path, "keys", "list", "--json").out)
    assert (shown["name"], shown["scopes"], shown["groups"]) == ("shop", ["models"], ["sales"])
    assert made.out.strip() not in str(shown)
