"""Datasets of a project: asked questions become cases, files and stored versions go back and forth, people go."""

import json
from pathlib import Path

import pytest

import plimsoll
from plimsoll.datasets import Columns, Wanted
from plimsoll.errors import InvalidDataset, InvalidRequest, NotFound
from plimsoll.project import Project, write_project
from plimsoll.records import Principal, Score, ScoreSource
from plimsoll.testing import Upstream
from plimsoll.traces import TraceFilter, TrafficKind

pytestmark = pytest.mark.anyio
FEATURE = """
from plimsoll import Feature
from plimsoll.features import Answer, Question

docs_answer = Feature("docs_answer", input=Question, output=Answer, prompt="prompts/answer.md", dataset="asked")
"""
ANN = Principal(id="ann")
USERS = TraceFilter(feature="docs_answer", traffic=TrafficKind.LIVE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    demo = tmp_path / "demo"
    write_project(demo)
    (demo / "features" / "docs_answer.py").write_text(FEATURE, encoding="utf-8")
    return demo


async def ask(project: Project, text: str, *, caller: Principal = ANN, passed: bool | None = None) -> None:
    result = await project.ask(text, feature="docs_answer", caller=caller)
    if passed is not None:
        score = Score(
            name="helpful", value=float(passed), passed=passed, source=ScoreSource.USER, trace_id=result.trace_id
        )
        await project._parts.traces.add_scores([score])


async def test_what_users_asked_becomes_cases_is_gated_on_and_goes_with_the_person(folder: Path):
    with Upstream(answer='{"answer": "Thirty days.", "quotes": []}') as upstream:
        async with plimsoll.open(folder, environ={"OPENAI_BASE_URL": upstream.base_url}) as project:
            await ask(project, "How long may I keep it?", passed=True)
            await ask(project, "How long may I keep it?", passed=False)
            await ask(project, "How long may I keep it?")
            await ask(project, "Is my key sk-abcdefghij0123456789 safe?")
            await ask(project, "Where are you?", caller=Principal(id="bob"))
            report = await project.datasets.import_traces("asked", USERS, Wanted())
            again = await project.datasets.import_traces("asked", USERS, Wanted())
            dataset = await project.datasets.load("asked")
            run = await project.evals.run("docs_answer")
            gone = await project.erase("ann")
            left = await project.datasets.load("asked")
            with pytest.raises(InvalidDataset, match="were erased"):
                await project.datasets.load(f"asked@{dataset.version[:8]}")
    assert (report.added, report.left_out) == (3, {"the same input as another trace": 2})
    assert (again.added, again.known) == (0, 3)
    assert "sk-abcdefghij0123456789" not in json.dumps([case.input for case in dataset.cases])
    assert [case.expected.get("verdicts") for case in dataset.cases] == [{"helpful": False}, None, None]
    assert run.dataset_version == dataset.version
    assert gone >= 2
    assert [case.input["text"] for case in left.cases] == ["Where are you?"]


async def test_only_what_people_judged_is_imported_where_that_is_asked(folder: Path):
    with Upstream(answer='{"answer": "Yes.", "quotes": []}') as upstream:
        async with plimsoll.open(folder, environ={"OPENAI_BASE_URL": upstream.base_url}) as project:
            await ask(project, "One?", passed=True)
            await ask(project, "Two?", passed=False)
            await ask(project, "Three?")
            failed = await project.datasets.import_traces("failed", USERS, Wanted(judged="failed", tags=("bad",)))
            (case,) = (await project.datasets.load("failed")).cases
    assert failed.left_out == {"no person judged it so": 2}
    assert (case.input, case.tags) == ({"text": "Two?"}, ("bad",))
    assert case.expected["output"] == {"answer": "Yes.", "quotes": [], "abstained": False}


async def test_a_file_is_stored_changed_and_pulled_back_at_a_pinned_version(folder: Path):
    path = folder / "datasets" / "faq.jsonl"
    path.write_text('{"id": "a", "input": {"text": "A?"}}\n', encoding="utf-8")
    async with plimsoll.open(folder, environ={}) as project:
        datasets = project.datasets
        first = await datasets.push("faq")
        path.write_text(
            '{"id": "a", "input": {"text": "A?"}}\n{"id": "b", "input": {"text": "B?"}}\n', encoding="utf-8"
        )
        with pytest.raises(InvalidRequest, match="is not stored"):
            await datasets.pull(f"faq@{first.version[:8]}")
        second = await datasets.push("faq")
        pulled = await datasets.pull(f"faq@{first.version[:8]}")
        difference = await datasets.diff(f"faq@{first.version}", f"faq@{second.version}")
        assert (pulled.version, (await datasets.load("faq")).version) == (first.version, first.version)
        assert difference.added == ("b",)
        with pytest.raises(NotFound, match="no version that begins with 'abcdef'"):
            await datasets.load("faq@abcdef")


async def test_rows_are_added_whole_or_not_at_all_and_what_is_there_stays(folder: Path):
    table, path = folder / "rows.csv", folder / "datasets" / "faq.jsonl"
    path.write_text('{"id": "a", "input": {"text": "A?"}, "tags": ["mine"]}', encoding="utf-8")
    table.write_text("key,question,answer\na,A?,yes\nb,B?,no\nc,,no\n", encoding="utf-8")
    columns = Columns(input={"text": "question"}, expected={"contains": "answer"}, id="key")
    async with plimsoll.open(folder, environ={}) as project:
        refused = await project.datasets.import_csv("faq", table, columns)
        assert (refused.added, [row.line for row in refused.bad_rows], path.read_text().count("\n")) == (0, [4], 0)
        done = await project.datasets.import_csv("faq", table, columns, skip_bad=True)
        assert (done.added, done.kept, done.cases) == (1, ("a",), 2)
        assert path.read_text(encoding="utf-8").splitlines()[0].endswith('"tags": ["mine"]}')
        with pytest.raises(InvalidRequest, match="cannot keep whose words"):
            await project.datasets.import_csv("faq", table, Columns(input={"text": "question"}, person="key"))


async def test_a_dataset_is_split_checked_and_never_split_over_cases_that_would_be_lost(folder: Path):
    path = folder / "datasets" / "faq.jsonl"
    lines = (json.dumps({"id": f"c{n}", "input": {"text": f"Question {n} about {n * n} things"}}) for n in range(40))
    path.write_text("\n".join(lines), encoding="utf-8")
    async with plimsoll.open(folder, environ={}) as project:
        report = await project.datasets.split("faq", dev=0.5)
        assert sum(report.cases.values()) == 40
        dev = folder / "datasets" / "faq.dev.jsonl"
        dev.write_text(dev.read_text() + '{"id": "new", "input": {"text": "Only here"}}\n', encoding="utf-8")
        with pytest.raises(InvalidRequest, match=r"e\.g\. 'new': they would be lost"):
            await project.datasets.split("faq", dev=0.5)
        assert (await project.datasets.check("faq.test")).other == "faq.dev"
        assert [card.name for card in await project.datasets.list() if card.name.startswith("faq")] == [
            "faq", "faq.dev", "faq.test",
        ]  # fmt: skip
