"""`plimsoll knowledge audit` after real questions: what none of them found, exit codes, and reports that were kept."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def never_retrieved(project: Path) -> set[str]:
    report = json.loads(plimsoll(project, "knowledge", "audit", "--json").out)
    return {one["subjects"][0] for one in report["findings"] if one["kind"] == "never retrieved"}


def documents(project: Path) -> set[str]:
    return {one["source"] for one in json.loads(plimsoll(project, "knowledge", "documents", "--json").out)}


def test_documents_that_no_question_found_are_named_from_the_traces(project: Path):
    text = "# Anchors\n\nAn anchor chain is measured in shackles, and rust is scraped from it each spring.\n"
    for number in range(9):
        (project / "documents" / f"anchor{number}.md").write_text(text.replace("spring", f"year, number {number}"))
    assert plimsoll(project, "ingest").code == 0
    assert never_retrieved(project) == set()
    asked = plimsoll(project, "ask", "What does express delivery cost?", "--json")
    trace = json.loads(asked.out)["trace_id"]
    shown = plimsoll(project, "traces", trace, "--json").out
    found = {source for source in documents(project) if source in shown}
    assert found
    assert never_retrieved(project) == documents(project) - found


def test_exit_codes_tell_clean_found_and_nothing_kept(project: Path):
    clean = plimsoll(project, "knowledge", "audit", "--fail-on", "warning")
    assert (clean.code, clean.err) == (0, "")
    none = plimsoll(project, "knowledge", "audit", "--last")
    assert (none.code, none.err.splitlines()[0]) == (2, "plimsoll: No audit was kept yet.")
    next((project / "documents").glob("*.md")).unlink()
    found = plimsoll(project, "knowledge", "audit", "--keep")
    assert found.code == 1
    assert "1 gone" in found.out
    assert plimsoll(project, "knowledge", "audit", "no_such_corpus").code == 2


def test_the_last_report_and_the_history_are_shown_again(project: Path):
    next((project / "documents").glob("*.md")).unlink()
    kept = json.loads(plimsoll(project, "knowledge", "audit", "--keep", "--json").out)
    last = plimsoll(project, "knowledge", "audit", "--last", "--json")
    assert (last.code, json.loads(last.out)) == (1, kept)
    [one] = json.loads(plimsoll(project, "knowledge", "audit", "--history", "--json").out)
    assert (one["counts"], one["worst"]) == ({"gone": 1}, "wrong")
    assert "1 gone" in plimsoll(project, "knowledge", "audit", "--history").out
