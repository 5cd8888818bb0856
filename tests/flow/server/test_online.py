"""Live requests over HTTP: judged after they were answered, seen on the trace's page and in the metrics."""

from pathlib import Path

import pytest

from plimsoll.project import write_project

from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
QUESTION = {"text": "How long do customers have to return an item?"}


def sampled_project(folder: Path, rate: float) -> None:
    write_project(folder / "shop")
    path = folder / "shop" / "features" / "docs_answer.py"
    text = path.read_text(encoding="utf-8").replace(
        "    line=Line(", f"    online=Sampling(rate={rate}),\n    line=Line("
    )
    path.write_text(f"from plimsoll.features import Sampling\n{text}", encoding="utf-8")


async def test_an_answered_request_is_judged_beside_it_and_its_page_shows_the_scores(tmp_path: Path):
    sampled_project(tmp_path, 1.0)
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        reply = await server.post("/v1/features/docs_answer", json=QUESTION)
        rates = {rate.scorer: rate for rate in await server.project.evals.online("docs_answer")}
        trace_id = reply.json()["trace_id"]
        page = await server.get(f"/traces/{trace_id}", headers={"accept": "text/html"})
        twin = (await server.get(f"/api/traces/{trace_id}")).json()
        metrics = (await server.get("/metrics")).text
    assert rates["grounded"].n == 1
    assert "grounded 1.00, passed" in page.text
    assert [(score["name"], score["inclusion"]) for score in twin["scores"]] == [("grounded", 1.0)]
    assert "plimsoll_online_judged_total 1.0" in metrics
    assert "plimsoll_online_dropped_total 0.0" in metrics


async def test_what_is_not_drawn_is_not_judged(tmp_path: Path):
    sampled_project(tmp_path, 1e-12)
    async with served(tmp_path) as server:
        await server.post("/api/ingest", json={})
        await server.post("/v1/features/docs_answer", json=QUESTION)
        assert await server.project.evals.online("docs_answer") == ()
        assert "plimsoll_online_sampled_total 0.0" in (await server.get("/metrics")).text
