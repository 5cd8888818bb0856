"""Each source says from which age its documents are stale; what says nothing has the plan's age: settings to answer."""

from pathlib import Path

import pytest

from plimsoll.project import BenchAsked, Project
from plimsoll.records import Principal

from flow.knowledge.opened import write_files
from flow.project.scheduled import Place

pytestmark = [pytest.mark.anyio, pytest.mark.model]
HOUR = 3_600.0
NAMES = {f"{name}/tides.md" for name in ("documents", "news", "archive")}
SOURCES = """
[knowledge.docs]
paths = ["documents"]
[knowledge.docs.retrieval]
max_age_hours = 6
[knowledge.docs.sources.news]
kind = "folder"
paths = ["news"]
max_age = "2h"
[knowledge.docs.sources.archive]
kind = "folder"
paths = ["archive"]
max_age = "30d"
"""


async def stale(project: Project) -> set[str]:
    """Return the sources of the passages that are marked stale; all are found, whatever their age."""
    asked = BenchAsked(question="When does the tide turn?", passages=5)
    result = (await project.knowledge.seen_by(Principal.local()).bench("docs", asked)).result
    assert {one.source for one in result.passages} == NAMES
    return {one.source for one in result.passages if one.is_stale}


async def test_a_passage_is_as_old_as_its_own_source_allows(tmp_path: Path) -> None:
    place = Place("sqlite", tmp_path, "")
    folder = place.write(settings=SOURCES)
    write_files(folder, {name: f"# Tides of {name}\n\nThe tide of {name} turns every six hours.\n" for name in NAMES})
    async with place.opened() as project:
        await project.knowledge.sync("docs")
        assert await stale(project) == set()
        place.clock.advance(3 * HOUR)
        assert await stale(project) == {"news/tides.md"}
        place.clock.advance(4 * HOUR)
        assert await stale(project) == NAMES - {"archive/tides.md"}
        await project.knowledge.sync("docs", sources=["news"])
        assert await stale(project) == {"documents/tides.md"}
        place.clock.advance(31 * 24 * HOUR)
        assert await stale(project) == NAMES
