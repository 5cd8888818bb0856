"""Runs on the command line: kept, shown again, in a history; and options that cannot be."""

import json
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll

pytestmark = pytest.mark.model


def test_a_run_is_made_shown_again_and_stands_in_the_history(project: Path):
    run = json.loads(plimsoll(project, "eval", "docs_answer", "--concurrency", "2", "--json").out)
    assert (run["concurrency"], run["is_complete"]) == (2, True)
    shown = plimsoll(project, "evals", "show", run["id"][:12])
    assert shown.code == 0, shown.err
    assert "prompt: prompts/answer.md" in shown.out
    history = plimsoll(project, "evals", "history")
    assert run["id"][:12] in history.out
    assert "Nothing to compare with." in history.out


def test_a_run_that_cannot_go_on_and_a_cap_that_is_none_say_so(project: Path):
    none = plimsoll(project, "eval", "docs_answer", "--resume")
    assert (none.code, none.err.splitlines()[0]) == (
        2,
        "plimsoll: No run of 'docs_answer' was interrupted, so there is nothing to go on with.",
    )
    cap = plimsoll(project, "gate", "docs_answer", "--max-cost", "-1")
    assert (cap.code, "max_cost_usd=-1.0 is not an amount above 0" in cap.err) == (2, True)
