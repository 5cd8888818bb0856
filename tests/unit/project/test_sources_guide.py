"""The tables that the guide on sources shows can be written into a project's settings as they are."""

import re
from pathlib import Path

from plimsoll.project import read_settings
from plimsoll.project.settings.sources import SOURCE_KINDS

GUIDE = Path(__file__).parents[3] / "docs/guides/sources.md"
_TABLE = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_table_of_the_guide_is_a_source_and_each_kind_has_one(tmp_path: Path) -> None:
    tables = _TABLE.findall(GUIDE.read_text(encoding="utf-8"))
    (tmp_path / "plimsoll.toml").write_text("\n".join(tables), encoding="utf-8")
    sources = read_settings(tmp_path).knowledge["handbook"].sources
    assert len(sources) == len(tables)
    assert {source.kind for source in sources.values()} | {"csv"} == set(SOURCE_KINDS)
