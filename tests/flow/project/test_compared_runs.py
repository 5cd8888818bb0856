"""Two kept runs of a project side by side, with the texts that the caller may see."""

import json
from pathlib import Path

import pytest

from plimsoll.errors import NotFound
from plimsoll.evals import CaseStatus
from plimsoll.records import LOCAL_TENANT, Principal

from contract.server.serving import open_new_project

pytestmark = [pytest.mark.anyio, pytest.mark.model]
ROWS = """
[knowledge.docs.sources.rows]
kind = "jsonl"
path = "rows.jsonl"
[knowledge.docs.sources.rows.columns]
id = "id"
text = "text"
readers = "readers"
"""
PAY = "Salaries are paid on the 25th of each month, says the Zephyrine table."
CASES = [
    ("pay", "When are salaries paid each month?", "25th"),
    ("return", "How long do customers have to return an item?", "30 days"),
    ("express", "What does express delivery cost?", "9.90"),
]


def write_row(folder: Path, text: str) -> None:
    row = {"id": "pay", "text": text, "readers": ["user:local"]}
    (folder / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")


def write_closed_project(folder: Path) -> None:
    """Give the project a row that the person at this machine alone may read, and a dataset that asks for it."""
    settings = folder / "plimsoll.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + ROWS, encoding="utf-8")
    write_row(folder, PAY)
    cases = [
        {"id": name, "input": {"text": text}, "expected": {"contains": [wanted], "abstain": False}, "tags": ["all"]}
        for name, text, wanted in CASES
    ]
    (folder / "datasets/docs_answer.jsonl").write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")


async def test_what_changed_is_shown_with_its_texts_to_those_who_may_read_them(tmp_path: Path):
    async with open_new_project(tmp_path) as project:
        write_closed_project(project.folder)
    async with open_new_project(tmp_path) as project:
        await project.knowledge.ingest()
        await project.knowledge.sync("docs")
        before = await project.evals.run("docs_answer")
        write_row(project.folder, "The canteen serves soup on Fridays.")
        await project.knowledge.sync("docs")
        after = await project.evals.run("docs_answer")
        found = await project.evals.compare(before.id[:12], after.id)
        stranger = Principal(id="user:ada", tenant=LOCAL_TENANT, scopes=frozenset({"read"}))
        closed = await project.evals.compare(before.id, after.id, caller=stranger)
        elsewhere = await project.evals.compare(before.id, after.id, caller=Principal(id="user:bob", tenant="other"))
        with pytest.raises(NotFound, match="There is no run"):
            await project.evals.compare("abcdef", after.id)
    comparison = found.comparison
    assert [(one.case_id, one.status) for one in comparison.cases] == [("pay", CaseStatus.REGRESSED)]
    (case,) = comparison.cases
    assert "25th" in (found.texts.texts[case.before.trace_ids[0]].output or "")
    assert (found.texts.gone, found.texts.closed) == (0, 0)
    assert case.before.trace_ids[0] not in closed.texts.texts
    assert "Zephyrine" not in repr(closed)
    assert closed.texts.closed >= 1
    assert (elsewhere.texts.texts, elsewhere.texts.closed) == ({}, 2)


async def test_texts_that_are_no_longer_kept_are_counted_as_gone(tmp_path: Path):
    async with open_new_project(tmp_path) as project:
        before = await project.evals.run("docs_answer")
        await project.knowledge.ingest()
        after = await project.evals.run("docs_answer")
        kept = await project.evals.compare(before.id, after.id)
        assert await project.erase("user:local") > 0
        gone = await project.evals.compare(before.id, after.id)
    assert kept.comparison.counts[CaseStatus.IMPROVED] > 0
    assert len(kept.texts.texts) > 0
    assert (gone.texts.texts, gone.texts.gone) == ({}, len(kept.texts.texts))
    assert gone.comparison == kept.comparison
