"""`/metrics` of schedules and sources, as of the scheduler's last look."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from plimsoll.project import Project
from plimsoll.server.api.metrics import write_metrics

from flow.project.scheduled import Place

pytestmark = [pytest.mark.anyio, pytest.mark.model]
SYNC = "{'corpus': 'docs', 'source': 'wiki', 'task': 'sync'}"


def read_metrics(project: Project) -> dict[str, float]:
    families = text_string_to_metric_families(write_metrics(project).decode())
    samples = (sample for family in families for sample in family.samples)
    found = {f"{one.name} {dict(sorted(one.labels.items()))}": one.value for one in samples}
    return {name.removeprefix("plimsoll_knowledge_"): value for name, value in found.items() if "knowledge" in name}


async def test_runs_failures_and_ages_are_counted(tmp_path: Path):
    place = Place("sqlite", tmp_path, "")
    wiki = place.write() / "wiki"
    async with place.opened() as project:
        assert read_metrics(project) == {}
        await project.schedules.run_due("docs")
        wiki.rename(wiki.with_name("away"))
        place.clock.advance(3_600)
        await project.schedules.run_due("docs")
        place.clock.advance(3_601)
        found = read_metrics(project)
    source = "{'corpus': 'docs', 'source': 'wiki'}"
    assert found[f"source_age_seconds {source}"] == 7_201
    assert found[f"source_max_age_seconds {source}"] == 7_200
    assert found[f"source_stale {source}"] == 1
    assert found[f"source_held {source}"] == 0
    assert found[f"schedule_failing {SYNC}"] == 1
    assert found[f"schedule_overdue_seconds {SYNC}"] == 1
    run = "scheduled_runs_total {'corpus': 'docs', 'result': '%s', 'source': '%s', 'task': '%s'}"
    assert found[run % ("synced", "wiki", "sync")] == 1
    assert found[run % ("unreachable", "wiki", "sync")] == 1
    assert found[run % ("audited", "", "audit")] == 1
