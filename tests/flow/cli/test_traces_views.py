"""`plimsoll traces views` and `plimsoll traces --view`."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def test_a_view_is_saved_opened_narrowed_and_removed(project: Path):
    assert plimsoll(project, "ask", "What does express delivery cost?").code == 0
    saved = plimsoll(project, "traces", "views", "save", "my week", "--since", "7d", "--feature", "docs_answer")
    assert (saved.code, "--view 'my week'" in saved.out) == (0, True)
    assert len(json.loads(plimsoll(project, "traces", "--view", "my week", "--json").out)) == 1
    # What is typed wins over what the view says, and nothing else of it goes.
    assert json.loads(plimsoll(project, "traces", "--view", "my week", "--feature", "none", "--json").out) == []
    taken = plimsoll(project, "traces", "views", "save", "my week", "--outcome", "failed")
    assert (taken.code, "since=7d" in taken.err) == (2, True)
    assert plimsoll(project, "traces", "views", "save", "my week", "--outcome", "failed", "--replace").code == 0
    (view,) = json.loads(plimsoll(project, "traces", "views", "--json").out)
    assert (view["name"], view["filters"]) == ("my week", {"outcome": "failed"})
    assert "--outcome failed" in plimsoll(project, "traces", "views").out
    assert plimsoll(project, "traces", "views", "remove", "my week").code == 0
    missing = plimsoll(project, "traces", "--view", "my week")
    assert (missing.code, "'my week'" in missing.err) == (2, True)


def test_an_empty_list_tells_whether_nothing_fits_or_nothing_was_asked(tmp_path: Path, project: Path):
    assert "No request fits." in plimsoll(project, "traces", "--outcome", "failed").out
    assert plimsoll(tmp_path, "init", "empty").code == 0
    assert "No requests yet." in plimsoll(tmp_path / "empty", "traces").out


def test_the_list_shows_the_question_and_not_how_it_is_stored(project: Path):
    assert plimsoll(project, "ask", "What does it cost?").code == 0
    listed = plimsoll(project, "traces").out
    assert ("What does it cost?" in listed, '{"text"' in listed) == (True, False)
