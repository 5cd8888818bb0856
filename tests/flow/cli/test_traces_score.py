"""`plimsoll traces score`."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def test_an_answer_is_judged_by_hand_and_the_last_word_counts(project: Path):
    trace = json.loads(plimsoll(project, "ask", "What does express delivery cost?", "--json").out)["trace_id"]
    said = plimsoll(project, "traces", "score", trace[:12], "down", "--comment", "It names no price.")
    assert (said.code, said.out) == (0, f"helpful of {trace} is 0, says user:local.\n")
    again = json.loads(plimsoll(project, "traces", "score", trace, "up", "--json").out)
    assert (again["value"], again["passed"], again["source"]) == (1.0, True, "user")
    assert plimsoll(project, "traces", "score", trace, "--name", "cause", "--label", "stale").code == 0
    scores = json.loads(plimsoll(project, "traces", trace, "--json").out)["scores"]
    assert [(score["name"], score["value"], score["label"]) for score in scores] == [
        ("helpful", 1.0, ""),
        ("cause", None, "stale"),
    ]
    wrong = plimsoll(project, "traces", "score", trace, "good")
    assert (wrong.code, "'good' is neither `up` nor `down` nor a number" in wrong.err) == (2, True)
    outside = plimsoll(project, "traces", "score", trace, "1.5")
    assert (outside.code, "value=1.5 is not true, false or a number from 0 to 1" in outside.err) == (2, True)
