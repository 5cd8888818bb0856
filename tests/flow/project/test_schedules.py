"""Work on a schedule: done when it is due, once among all processes, whatever ends in the middle."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from plimsoll.project import Project

from contract.store.databases import BOTH, database
from flow.project.scheduled import WIKI, Place

pytestmark = [pytest.mark.anyio, pytest.mark.model]
HOUR = 3_600.0


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with database(request.param, tmp_path) as url:
        yield Place(request.param, tmp_path, url)


async def results(project: Project) -> list[str]:
    return [f"{run.task} {run.result}" for run in await project.schedules.run_due("docs")]


async def test_a_restart_neither_skips_nor_repeats_a_run(place: Place):
    place.write()
    async with place.opened() as project:
        assert await results(project) == ["sync synced", "audit audited"]
        assert await results(project) == []
    place.clock.advance(HOUR - 1)
    async with place.opened() as project:
        assert await results(project) == []
    place.clock.advance(1)
    async with place.opened() as project:
        assert await results(project) == ["sync synced"]
        [wiki] = await project.knowledge.sources("docs")
    assert wiki.next_sync_at == place.clock.now() + timedelta(hours=1)


async def test_of_several_processes_exactly_one_does_what_is_due(place: Place):
    async with place.several(3) as projects:
        done = await asyncio.gather(*(results(project) for project in projects))
        assert sorted(done, key=len) == [[], [], ["sync synced", "audit audited"]]
        place.clock.advance(24 * HOUR)
        again = [await results(project) for project in projects]
        assert again == [["sync synced", "audit audited"], [], []]


async def test_a_failure_is_said_once_and_tried_again_at_the_next_interval(
    place: Place, caplog: pytest.LogCaptureFixture
):
    wiki = place.write() / "wiki"
    async with place.opened() as project:
        assert await results(project) == ["sync synced", "audit audited"]
        away = wiki.rename(wiki.with_name("away"))
        for _ in range(2):
            place.clock.advance(HOUR)
            assert await results(project) == ["sync unreachable"]
            assert await results(project) == []
        away.rename(wiki)
        place.clock.advance(HOUR)
        assert await results(project) == ["sync synced"]
    said = [record.getMessage() for record in caplog.records if record.name == "plimsoll.schedules"]
    assert len(said) == 2
    assert said[0].startswith("The scheduled sync of docs/wiki failed (unreachable): ")
    assert said[1] == "The scheduled sync of docs/wiki works again."


async def test_a_synchronisation_by_hand_puts_the_next_one_off(place: Place):
    place.write()
    async with place.opened() as project:
        await results(project)
        place.clock.advance(HOUR / 2)
        await project.knowledge.sync("docs")
        place.clock.advance(HOUR / 2)
        assert await results(project) == []
        place.clock.advance(HOUR / 2)
        assert await results(project) == ["sync synced"]


async def test_a_schedule_is_followed_when_the_settings_change(place: Place):
    path = place.write() / "plimsoll.toml"
    async with place.opened() as project:
        await results(project)
        path.write_text(path.read_text().replace('sync_every = "1h"', 'sync_every = "10m"'))
        state = await project.reload()
        assert (state.problem, state.waiting) == ("", ())
        place.clock.advance(600)
        assert await results(project) == ["sync synced"]
        path.write_text(path.read_text().replace('sync_every = "10m"', ""))
        await project.reload()
        place.clock.advance(HOUR)
        assert await results(project) == []


async def test_what_else_changes_of_a_corpus_still_waits_for_the_next_start(place: Place):
    path = place.write() / "plimsoll.toml"
    async with place.opened() as project:
        path.write_text(path.read_text().replace("most_loss = 0.5", "most_loss = 0.1"))
        assert (await project.reload()).waiting == ("knowledge",)


async def test_a_held_source_and_a_stale_one_are_told_by_the_doctor(place: Place):
    wiki = place.write() / "wiki"
    async with place.opened() as project:
        await results(project)
        (wiki / "tides.md").unlink()
        place.clock.advance(HOUR)
        assert await results(project) == ["sync held"]
        place.clock.advance(2 * HOUR)
        found = {check.name: check for check in await project.examine()}
    schedule, source = found["schedule sync of docs/wiki"], found["source docs/wiki"]
    assert (schedule.state, source.state) == ("warning", "warning")
    assert schedule.message.startswith("Its last run failed (held): It lists nothing; 1 documents are known from it.")
    assert schedule.next_step == "If that is right: plimsoll knowledge confirm docs wiki"
    assert source.message == "It is stale: no synchronisation has succeeded since 2026-01-01 00:00 UTC."


async def test_the_sources_of_a_corpus_share_its_interval_unless_they_have_their_own(place: Place):
    shared = WIKI.replace("audit_every", 'paths = ["wiki/tides.md"]\nsync_every = "30m"\naudit_every')
    place.write(settings=shared)
    async with place.opened() as project:
        states = await project.schedules.describe("docs")
    assert [(state.task, state.source, state.every_seconds) for state in states] == [
        ("sync", "paths", 1_800.0),
        ("sync", "wiki", HOUR),
        ("audit", "", 24 * HOUR),
    ]
