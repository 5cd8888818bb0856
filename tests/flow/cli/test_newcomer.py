"""What a newcomer does in the first five minutes, through the real command line."""

import json
import shlex
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll, start_plimsoll

pytestmark = pytest.mark.model


def _commands_of_readme(project: Path) -> list[str]:
    lines = (project / "README.md").read_text(encoding="utf-8").splitlines()
    return [line.strip().removeprefix("plimsoll ") for line in lines if line.startswith("    plimsoll ")]


def test_the_readme_of_a_new_project_is_three_commands_long_and_they_work(project: Path):
    commands = _commands_of_readme(project)
    assert len(commands) == 3
    assert [start_plimsoll(project, *shlex.split(command)).code for command in commands] == [0, 0, 0]


def test_a_question_is_answered_with_exact_quotations(project: Path):
    done = plimsoll(project, "ask", "How long do customers have to return an item?", "--json")
    answer = json.loads(done.out)
    assert (done.code, answer["outcome"]) == (0, "answered")
    assert "30 days" in answer["answer"]
    first = answer["citations"][0]
    document = (project / first["source"]).read_text(encoding="utf-8")
    assert document[first["start"] : first["end"]] == first["quote"]
    assert first["heading"].endswith("How long customers have")


def test_a_question_beyond_the_documents_is_an_honest_abstention(project: Path):
    done = plimsoll(project, "ask", "Who founded the company?")
    assert done.code == 0
    assert done.out.startswith("Abstained.")
    assert "The nearest passages:" in done.out


def test_every_question_leaves_a_trace_that_can_be_opened(project: Path):
    asked = json.loads(plimsoll(project, "ask", "What does express delivery cost?", "--json").out)
    listed = plimsoll(project, "traces", "--text", "express delivery cost")
    assert asked["trace_id"][:14] in listed.out
    opened = plimsoll(project, "traces", asked["trace_id"][:14], "--json")
    names = [span["name"] for span in json.loads(opened.out)["spans"]]
    assert names[0] == "feature docs_answer"
    assert any(name.startswith("chat ") for name in names)


def test_the_gate_says_that_the_line_holds(project: Path):
    done = plimsoll(project, "gate", "docs_answer", "--json", "--html", "gate.html", "--junit", "gate.xml")
    report = json.loads(done.out)
    assert (done.code, report["verdict"]) == (0, "holds")
    page = (project / "gate.html").read_text(encoding="utf-8")
    assert "Above the line" in page
    assert report["run_id"][:12] in page
    assert "<testsuite" in (project / "gate.xml").read_text(encoding="utf-8")


def test_the_doctor_finds_nothing_wrong(project: Path):
    done = plimsoll(project, "doctor", "--json")
    assert done.code == 0
    assert [check for check in json.loads(done.out) if check["state"] == "wrong"] == []
