"""Evaluations, ingestions and synchronisations stand on the board while they run, and are gone when they end."""

from pathlib import Path

import pytest

from plimsoll.evals import RunProgress
from plimsoll.knowledge import IngestProgress
from plimsoll.project import EvalWatch

from contract.server.serving import open_new_project

pytestmark = [pytest.mark.anyio, pytest.mark.model]
CASES = '{"id": "a", "input": {"text": "Q?"}}\n{"id": "b", "input": {"text": "R?"}}\n'


async def test_an_evaluation_stands_on_the_board_with_its_requests(tmp_path: Path):
    seen: list[tuple[str, str, int | None]] = []
    async with open_new_project(tmp_path) as project:
        (project.folder / "datasets/docs_answer.jsonl").write_text(CASES, encoding="utf-8")

        def look(_: RunProgress) -> None:
            seen.extend((one.kind, one.name, one.total) for one in project.work.list())

        await project.evals.run("docs_answer", watch=EvalWatch(progress=look))
        assert project.work.list() == ()
    assert seen[-1] == ("evaluation", "docs_answer", 2)


@pytest.mark.parametrize("kind", ["ingestion", "synchronisation"])
async def test_reading_documents_stands_on_the_board(tmp_path: Path, kind: str):
    seen: set[tuple[str, str]] = set()
    async with open_new_project(tmp_path) as project:

        def look(_: IngestProgress) -> None:
            seen.update((one.kind, one.name) for one in project.work.list())

        await (
            project.knowledge.ingest(progress=look) if kind == "ingestion" else project.knowledge.sync(progress=look)
        )
        assert project.work.list() == ()
    assert seen == {(kind, "docs")}
