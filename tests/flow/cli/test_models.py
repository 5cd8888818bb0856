"""`plimsoll models list`: which models are used, at what price, by whose word."""

from pathlib import Path

from flow.cli.commands import plimsoll

SETTINGS = """
[providers.openai]
base_url = "https://api.openai.com/v1"
[providers.own]
base_url = "http://127.0.0.1:9/v1"
[models.default]
model = "plimsoll/reader"
[models.published]
model = "openai/gpt-6-luna"
[models.declared]
model = "openai/gpt-6-luna"
input_usd_per_million = 7.25
output_usd_per_million = 9
[models.unknown]
model = "own/gpt-6-luna"
"""


def test_every_alias_is_listed_with_its_price_and_the_source_of_it(tmp_path: Path):
    assert plimsoll(tmp_path, "init", "project").code == 0
    (tmp_path / "project" / "plimsoll.toml").write_text(SETTINGS)
    done = plimsoll(tmp_path / "project", "models", "list", COLUMNS="200")
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line for line in done.out.splitlines()}
    assert "0 / 0" in rows["default"]
    assert "genai-prices" in rows["published"]
    assert "unknown" not in rows["published"]
    assert "7.25 / 9" in rows["declared"]
    assert "genai-prices" not in rows["declared"]
    assert rows["unknown"].split()[1:4] == ["own/gpt-6-luna", "unknown", "-"]
