"""Audits over real corpora: what was never retrieved by real traces, what no database should hold, what was kept."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from plimsoll.knowledge import AuditReport
from plimsoll.knowledge.index.holding import Hold, make_holdable
from plimsoll.project import Project
from plimsoll.records import SystemClock

from contract.store.databases import BOTH, database, opened
from flow.project.scheduled import Place

pytestmark = [pytest.mark.anyio, pytest.mark.model]


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with database(request.param, tmp_path) as url:
        yield Place(request.param, tmp_path, url)


def kinds(report: AuditReport) -> set[tuple[str, tuple[str, ...]]]:
    return {(one.kind.value, one.subjects) for one in report.findings}


async def break_rows(place: Place, *statements: str) -> None:
    """Change rows as only a damaged database could: with its own checks off."""
    postgres = ("ALTER TABLE knowledge_chunks DROP CONSTRAINT fk_knowledge_chunks_document_id_knowledge_documents",)
    sqlite = ("COMMIT", "PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE")
    async with opened(place.database) as store:
        before = sqlite if store.dialect == "sqlite" else postgres
        await store.write(lambda c: [c.exec_driver_sql(one) for one in (*before, *statements)])


async def test_a_corpus_in_order_has_no_findings_and_reports_are_kept(place: Place):
    place.write()
    async with place.opened() as project:
        await project.schedules.run_due("docs")
        first = await project.knowledge.kept_audits("docs")
        assert first.report is not None
        assert (first.report.findings, first.report.documents, first.report.limits) == ((), 1, ())
        place.clock.advance(24 * 3_600)
        await project.knowledge.audit("docs", keep=True)
        kept = await project.knowledge.kept_audits("docs")
    assert [one.counts for one in kept.history] == [{"stale": 1}, {}]
    assert kept.report is not None
    assert (kept.report.at, kept.history[0].worst) == (place.clock.now(), "warning")
    assert kinds(kept.report) == {("stale", ("wiki/tides.md",))}


async def test_an_audit_that_is_not_kept_leaves_the_last_report_alone(place: Place):
    place.write()
    async with place.opened() as project:
        await project.knowledge.audit("docs")
        assert (await project.knowledge.kept_audits("docs")).report is None


async def test_chunks_without_a_document_and_documents_without_chunks_are_found(place: Place):
    wiki = place.write() / "wiki"
    (wiki / "moon.md").write_text("# Moon\n\nThe moon pulls at the sea.\n")
    async with place.opened() as project:
        await project.knowledge.sync("docs")
        moon = "(SELECT id FROM knowledge_documents WHERE source = 'wiki/moon.md')"
        await break_rows(place, f"UPDATE knowledge_chunks SET document_id = 'gone' WHERE document_id = {moon}")
        report = await project.knowledge.audit("docs")
    assert kinds(report) == {("inconsistent", ()), ("inconsistent", ("wiki/moon.md",))}
    assert report.findings[0].message == "1 chunks of the database have no document: answers never come from them."
    assert report.findings[1].message == "It has 0 of its 1 chunks."


async def test_vectors_of_another_model_are_found_by_what_the_chunks_say(place: Place):
    place.write()
    async with place.opened() as project:
        await project.knowledge.sync("docs")
        await break_rows(place, "UPDATE knowledge_vectors SET fingerprint = 'other'")
        report = await project.knowledge.audit("docs")
    assert kinds(report) == {("other model", ("wiki/tides.md",))}


async def test_an_index_that_is_behind_or_missing_is_said_of_this_machine(place: Place):
    place.write()
    async with place.opened() as project:
        await project.knowledge.sync("docs")
        await break_rows(place, "UPDATE knowledge_corpora SET applied_seq = applied_seq + 2")
        behind = await project.knowledge.audit("docs")
        shutil.rmtree(index_folder(project))
        missing = await project.knowledge.audit("docs")
    [finding] = behind.findings
    assert finding.message.startswith("The index of this machine lacks the last 2 of ")
    assert [one.message for one in missing.findings] == ["This machine has no index for the embedding model in use."]


async def test_what_no_index_needs_is_named_once_it_has_settled(tmp_path: Path):
    place = Place("sqlite", tmp_path, "")
    place.write()
    async with place.opened() as project:
        await project.knowledge.sync("docs")
    later = SystemClock().now() + timedelta(hours=2)
    async with place.opened() as project:
        folder = index_folder(project)
        (folder / ".7-left.part").mkdir()
        [index] = folder.glob("vectors-*")
        for name in ("8-read", "9-spare"):
            (index / name).mkdir()
            make_holdable(index / name)
        hold = Hold(index / "8-read")
        (folder.parent / "undeclared").mkdir()
        assert kinds(await project.knowledge.audit("docs")) == set()
    place.clock.advance((later - place.clock.now()).total_seconds())
    async with place.opened() as project:
        [finding] = [one for one in (await project.knowledge.audit("docs")).findings if one.kind == "unused files"]
    assert finding.message.endswith("are of no use: .7-left.part, 9-spare, undeclared.")
    hold.let_go()


def index_folder(project: Project) -> Path:
    return project.folder / ".plimsoll" / "index" / "docs"
