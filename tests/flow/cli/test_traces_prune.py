"""`plimsoll traces prune`: what would go, what went, and bounds that are no bounds."""

import json
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll


def would_go(project: Path) -> int:
    return json.loads(plimsoll(project, "traces", "prune", "--older-than", "1s", "--dry-run", "--json").out)["traces"]


def test_old_traces_go_when_they_are_told_to_and_not_in_a_trial(project: Path):
    assert plimsoll(project, "ask", "What does express delivery cost?").code == 0
    kept = json.loads(plimsoll(project, "traces", "prune", "--json").out)
    assert (kept["traces"], kept["spans"]) == (0, 0)
    before = len(json.loads(plimsoll(project, "traces", "--traffic", "all", "--json").out))
    assert before in (would_go(project) for _ in range(30)), "a second passes while commands run"
    assert len(json.loads(plimsoll(project, "traces", "--traffic", "all", "--json").out)) == before
    told = plimsoll(project, "traces", "prune", "--older-than", "1s")
    assert (told.code, told.out.split(" with ")[0]) == (0, f"{before} traces")
    assert json.loads(plimsoll(project, "traces", "--traffic", "all", "--json").out) == []


def test_what_is_under_way_is_never_pruned_for_its_size(project: Path):
    assert plimsoll(project, "ask", "What does express delivery cost?").code == 0
    told = plimsoll(project, "traces", "prune", "--to", "1KB", "--dry-run")
    assert (told.code, told.out.split(" with ")[0]) == (0, "0 traces")


@pytest.mark.parametrize(("option", "value"), [("--older-than", "soon"), ("--to", "2 elephants")])
def test_a_bound_that_is_none_is_explained(project: Path, option: str, value: str):
    refused = plimsoll(project, "traces", "prune", option, value)
    assert refused.code == 2
    assert value in refused.err
    assert "e.g." in refused.err
