"""`plimsoll datasets gather`: what users asked becomes cases, of named traces or of those that filters let through."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def gather(project: Path, *arguments: str) -> tuple[int, int]:
    """Return how many cases were added, and how many were there."""
    report = json.loads(plimsoll(project, "datasets", "gather", "asked", *arguments, "--json").out)
    return report["added"], report["known"]


def test_an_answer_that_people_disliked_becomes_a_case_once(project: Path):
    first = json.loads(plimsoll(project, "ask", "What does express delivery cost?", "--json").out)["trace_id"]
    assert plimsoll(project, "traces", "score", first, "down", "--comment", "It names no price.").code == 0
    second = json.loads(plimsoll(project, "ask", "Who pays for returns?", "--json").out)["trace_id"]
    assert gather(project, "--score", "helpful=pass") == (0, 0)
    assert gather(project, "--score", "helpful=fail", "--since", "1h", "--case-tag", "disliked") == (1, 0)
    assert gather(project, first[:12], second, "--case-tag", "disliked") == (1, 1)
    shown = json.loads(plimsoll(project, "datasets", "show", "asked", "--json").out)
    assert shown["card"]["from_traces"] == 2


def test_traces_are_named_or_filtered_and_a_missing_one_is_said(project: Path):
    both = plimsoll(project, "datasets", "gather", "asked", "0" * 12, "--since", "1h")
    assert (both.code, "named and filtered at once" in both.err) == (2, True)
    missing = plimsoll(project, "datasets", "gather", "asked", "f" * 32)
    assert (missing.code, "There is no trace" in missing.err) == (2, True)
