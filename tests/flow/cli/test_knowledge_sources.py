"""`plimsoll knowledge sync`, `sources` and `confirm`, as whoever looks after a corpus types them."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import plimsoll as library
from plimsoll.errors import NotFound

from flow.cli.commands import plimsoll, surroundings

DECLARED = """
[knowledge.docs.sources.rules]
kind = "folder"
paths = ["rules"]
max_age = "7d"

[knowledge.docs.sources.tickets]
kind = "jsonl"
path = "tickets.jsonl"
columns = { id = "id", text = "body", title = "subject" }
"""


@pytest.fixture
def project(project: Path) -> Path:
    """A project with a project of rules and a file of tickets, neither of them read yet."""
    with (project / "plimsoll.toml").open("a", encoding="utf-8") as settings:
        settings.write(DECLARED)
    (project / "rules").mkdir()
    for number in range(4):
        (project / f"rules/{number}.md").write_text(f"# Rule {number}\n\nRule number {number} holds.", encoding="utf-8")
    ticket = {"id": 1, "body": "The printer is out of paper.", "subject": "Printer"}
    (project / "tickets.jsonl").write_text(json.dumps(ticket), encoding="utf-8")
    return project


def synced(folder: Path) -> dict[str, str]:
    """Synchronise in this process: a command takes seconds to start."""

    async def sync() -> dict[str, str]:
        async with library.open(folder, environ={}) as project:
            return {report.source: report.result for report in await project.knowledge.sync("docs")}

    return asyncio.run(sync())


def results(folder: Path, *arguments: str) -> tuple[int, dict[str, str]]:
    done = plimsoll(folder, "knowledge", "sync", "--json", *arguments)
    return done.code, {report["source"]: report["result"] for report in json.loads(done.out)}


def test_sources_are_synchronised_shown_and_asked_with_their_age(project: Path) -> None:
    assert synced(project) == {"paths": "synced", "rules": "synced", "tickets": "synced"}
    shown = plimsoll(project, "knowledge", "sources")
    assert (shown.code, "stale after" in shown.out) == (0, True)
    found = {state["name"]: state for state in json.loads(plimsoll(project, "knowledge", "sources", "--json").out)}
    assert {name: state["documents"] for name, state in found.items()} == {"paths": 2, "rules": 4, "tickets": 1}
    assert found["rules"]["age_seconds"] < found["rules"]["max_age_seconds"] == 7 * 86_400
    answer = plimsoll(project, "ask", "What is the printer out of?")
    assert "tickets#1 (seen less than a minute ago)" in answer.out


def test_a_source_that_is_held_says_how_to_confirm_and_is_confirmed_once(project: Path) -> None:
    synced(project)
    for number in range(2):
        (project / f"rules/{number}.md").unlink()
    held = plimsoll(project, "knowledge", "sync", "--source", "rules")
    assert held.code == 2
    assert "rules: held, nothing was forgotten. It no longer lists 2 of 4 documents" in held.err
    assert "plimsoll knowledge confirm docs rules" in held.err
    (project / "rules/2.md").unlink()
    more = plimsoll(project, "knowledge", "confirm", "docs", "rules")
    assert (more.code, "3 of 4 documents" in more.err) == (2, True)
    confirmed = plimsoll(project, "knowledge", "confirm", "docs", "rules", "--json")
    assert (confirmed.code, json.loads(confirmed.out)[0]["report"]["removed"]) == (0, 3)
    again = plimsoll(project, "knowledge", "confirm", "docs", "rules")
    assert (again.code, "is not held" in again.err) == (2, True)


def test_a_source_that_is_not_there_ends_with_another_code_and_the_others_are_read(project: Path) -> None:
    (project / "tickets.jsonl").rename(project / "elsewhere.jsonl")
    assert results(project) == (4, {"paths": "synced", "rules": "synced", "tickets": "unreachable"})


def test_a_source_of_another_name_is_refused_with_the_nearest(project: Path) -> None:
    async def sync() -> None:
        async with library.open(project, environ={}) as opened:
            await opened.knowledge.sync("docs", sources=["rulse"])

    with pytest.raises(NotFound, match="'rules'"):
        asyncio.run(sync())


def test_an_emptied_folder_is_not_ingested_away(project: Path) -> None:
    for file in (project / "documents").iterdir():
        file.unlink()
    held = plimsoll(project, "ingest")
    assert (held.code, "--confirm-loss" in held.err) == (2, True)
    assert "It lists nothing; 2 documents are known from it." in held.err
    confirmed = plimsoll(project, "ingest", "--confirm-loss")
    assert (confirmed.code, "2 removed" in confirmed.out) == (0, True)


def test_watching_goes_on_until_it_is_stopped(project: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "plimsoll",
        "knowledge",
        "sync",
        "--source",
        "rules",
        "--watch",
        "1",
        "--json",
    ]
    with subprocess.Popen(command, cwd=project, env=surroundings(), stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        (project / "rules/9.md").write_text("# Rule 9\n\nNine is new.", encoding="utf-8")
        later = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.terminate()
    assert first[0]["report"]["added"] == 4
    assert sum(reports[0]["report"]["added"] for reports in later) == 1
