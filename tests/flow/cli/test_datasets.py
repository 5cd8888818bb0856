"""`plimsoll datasets`, as whoever keeps the cases types it; in this process, since each start costs two seconds."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plimsoll.cli import cli
from plimsoll.project import write_project
from plimsoll.testing import Upstream

from flow.project.evaluated import write_cases, write_evaluated

TABLE = "key,question,answer\na,May I return the jacket within thirty days?,yes\nb,,no\n"
MAPPED = ("rows.csv", "--input", "text=question", "--expected", "contains=answer", "--id", "key")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    demo = tmp_path / "demo"
    write_project(demo)
    (demo / "rows.csv").write_text(TABLE, encoding="utf-8")
    monkeypatch.chdir(demo)
    return demo


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["datasets", *arguments])


def test_rows_are_imported_stored_changed_and_pulled_back(folder: Path):
    refused = run("import", "faq", *MAPPED)
    assert (refused.exit_code, "rows.csv:3: the row has no input" in refused.output) == (2, True)
    assert not (folder / "datasets" / "faq.jsonl").exists()
    done = run("import", "faq", *MAPPED, "--bad-rows", "bad.csv")
    assert (done.exit_code, "1 cases added" in done.output) == (0, True)
    assert (folder / "bad.csv").read_text(encoding="utf-8").endswith("b,,no\n")
    pushed = run("push", "faq")
    version = pushed.output.split("@")[1].split()[0]
    with (folder / "datasets" / "faq.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "new", "input": {"text": "Now?"}}\n')
    assert "1 added:\n  new" in run("diff", f"faq@{version}", "faq").output
    assert "is not stored" in run("pull", "faq").output
    assert run("pull", f"faq@{version}", "--to", "old.jsonl").exit_code == 0
    assert len((folder / "old.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert [card["name"] for card in json.loads(run("list", "--json").output)] == ["docs_answer", "faq", "faq"]


def test_a_leak_stops_a_pipeline_and_is_named(folder: Path):
    run("import", "faq", *MAPPED, "--bad-rows", "bad.csv")
    assert run("check", "faq").exit_code == 0
    prompt = folder / "prompts" / "answer.md"
    prompt.write_text(prompt.read_text() + "\nE.g. may I return the jacket within thirty days? Yes.", encoding="utf-8")
    found = run("check", "faq")
    assert (found.exit_code, "a in prompts/answer.md (100%)" in found.output) == (2, True)


def test_a_gate_names_the_version_that_it_stays_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Upstream(answer='{"answer": "Yes."}') as upstream:
        monkeypatch.chdir(write_evaluated(tmp_path, upstream, cases=3))
        version = run("push", "echo").output.split("@")[1].split()[0]
        write_cases(tmp_path, 5)
        asked = ["gate", "echo", "--json", "--dataset"]
        pinned = CliRunner().invoke(cli, [*asked, f"echo@{version}"])
        gone = CliRunner().invoke(cli, [*asked, "echo@000000"])
    assert pinned.exit_code == 3, pinned.output  # three cases decide nothing
    assert len(upstream.list_requests()) == 3
    assert (gone.exit_code, "no version that begins with '000000'" in gone.output) == (2, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("import", "faq"), "Missing argument 'FILE'"),
        (("import", "faq", "rows.csv"), "Say which column is the input"),
        (("import", "faq", "rows.csv", "--input", "text"), "--input 'text' names no column"),
        (("import", "faq", "rows.csv", "--input", "text=questoin"), "did you mean 'question'?"),
        (("show", "docs_answr"), "did you mean 'docs_answer'?"),
        (("split", "docs_answer", "--dev", "3"), "dev=3.0 is no share"),
    ],
)
def test_what_is_mistyped_is_told_in_one_sentence(folder: Path, typed: tuple[str, ...], said: str):
    done = run(*typed)
    assert (done.exit_code, said in done.output, folder.exists()) == (2, True, True)
