"""What a feature does with documents that are too old, and what its caller is told of their age."""

from pathlib import Path
from typing import Any

import pytest

from plimsoll.project import write_project

from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
QUESTION = "How long do customers have to return an item?"


async def asked_of(folder: Path, *, policy: str, hours: str) -> dict[str, Any]:
    """Serve a project with the policy and the greatest age, and ask."""
    project = folder / "shop"
    write_project(project)
    feature = project / "features" / "docs_answer.py"
    text = feature.read_text(encoding="utf-8").replace("on=Failures(", f'on=Failures(stale="{policy}", ')
    feature.write_text(text, encoding="utf-8")
    with (project / "plimsoll.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[knowledge.docs.retrieval]\nmax_age_hours = {hours}\n")
    async with served(folder) as server:
        await server.post("/api/ingest", json={})
        return (await server.post("/api/ask", json={"text": QUESTION})).json()


async def test_documents_of_a_good_age_are_cited_with_it(tmp_path: Path):
    answer = await asked_of(tmp_path, policy="refuse", hours="24")
    assert (answer["outcome"], answer["finding"], answer["warnings"]) == ("answered", "found", [])
    for cited in answer["citations"]:
        assert (0 <= cited["age_seconds"] < 3_600, cited["is_stale"], bool(cited["checked_at"])) == (True, False, True)


@pytest.mark.parametrize(
    ("policy", "outcome", "warned"),
    [
        ("warn", "answered", True),
        ("accept", "answered", False),
        ("refuse", "refused", False),
        ("abstain", "abstained", False),
        ("hand_to_human", "handed_to_human", False),
    ],
)
async def test_documents_that_are_too_old_become_what_the_feature_says(
    tmp_path: Path, policy: str, outcome: str, *, warned: bool
):
    answer = await asked_of(tmp_path, policy=policy, hours="0.0000001")
    assert (answer["outcome"], answer["finding"]) == (outcome, "found" if outcome == "answered" else "stale")
    assert [one["is_stale"] for one in answer["citations"]] == [True] * len(answer["citations"])
    assert bool(answer["citations"]) == (outcome == "answered")
    assert any("last checked" in one for one in answer["warnings"]) == warned
    assert bool(answer["message"]) == (outcome != "answered")
