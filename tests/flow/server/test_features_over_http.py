"""A feature's page and its JSON: figures of its window and tenant, its bars, and ways to what is behind them."""

from pathlib import Path

import pytest

from plimsoll.project import Project
from plimsoll.records import Span

from browser.server.furnished import record_traffic
from contract.server.serving import open_new_project, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]


async def test_a_feature_is_reported_with_figures_bars_and_failures(tmp_path: Path):
    async with served(tmp_path) as server:
        record_traffic(server.project, 60)
        report = (await server.get("/api/features/docs_answer?window=7d")).json()
    total = report["total"]
    assert (total["count"], total["errors"], report["step_seconds"]) == (60, 3, 10_800)
    assert total["by_error_class"] == {"model": 3}
    assert total["p50_ms"] < total["p95_low_ms"] <= total["p95_ms"] <= total["p99_ms"]
    assert sum(point["count"] for point in report["points"]) == 60
    assert [(one["key"], one["total"]["count"]) for one in report["models"]] == [("fast", 60)]
    assert [trace["outcome"] for trace in report["failed"]] == ["failed"] * 3
    bars = {bar["name"]: bar["verdict"] for bar in report["live"]["bars"]}
    assert (bars["answered"], bars["pass_rate(grounded)"]) == ("holds", "cannot tell")


async def test_steps_in_which_nothing_was_seen_are_there_and_empty(tmp_path: Path):
    async with served(tmp_path) as server:
        record_traffic(server.project, 20)
        report = (await server.get("/api/features/docs_answer")).json()
    empty = [point for point in report["points"] if not point["count"]]
    assert (len(report["points"]), len(empty) >= 16) == (24, True)
    assert {point["p95_ms"] for point in empty} == {None}


async def test_a_window_or_feature_that_does_not_exist_is_said(tmp_path: Path):
    async with served(tmp_path) as server:
        window = await server.get("/api/features/docs_answer?window=2y")
        feature = await server.get("/api/features/nobody")
    assert (window.status, "30d" in window.text) == (400, True)
    assert feature.status == 404


async def test_the_page_leads_to_the_same_requests_one_by_one(tmp_path: Path):
    async with served(tmp_path) as server:
        record_traffic(server.project, 40)
        page = (await server.get("/features/docs_answer")).text
        address = page.split('<dt>Requests</dt><dd><a href="')[1].split('"')[0].replace("&amp;", "&")
        listed = await server.get(f"/api{address}&outcome=failed")
    assert (listed.status, len(listed.json()["traces"])) == (200, 2)


async def test_requests_of_unknown_price_are_counted_where_their_cost_would_be_drawn(tmp_path: Path):
    async with served(tmp_path) as server:
        for span in calls_without_a_price(server.project, 3):
            assert server.project._parts.capture.put(span)
        page = (await server.get("/features/docs_answer")).text
        record_traffic(server.project, 5)
        mixed = (await server.get("/features/docs_answer")).text
    assert "Cost of a request over time, nothing seen, price unknown for 3 requests" in page
    assert "; price unknown for 3 requests" in mixed


def calls_without_a_price(project: Project, number: int) -> list[Span]:
    now_ns = round(project._parts.clock.now().timestamp() * 1e9) - 60_000_000_000
    said = {"plimsoll.feature": "docs_answer", "plimsoll.tenant": "local", "plimsoll.kind": "model"}
    called = {"gen_ai.request.model": "nobody-knows-1", "gen_ai.usage.input_tokens": 7}
    return [
        Span(
            trace_id=f"{at + 1:032x}",
            span_id=f"{at + 1:016x}",
            name="chat",
            start_ns=now_ns,
            end_ns=now_ns + 1_000_000,
            attributes={**said, **called},
        )
        for at in range(number)
    ]


async def test_another_tenant_sees_no_figure_and_no_failure_of_ours(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        record_traffic(server.project, 40)
        key = await server.keys.create("theirs", tenant="acme", scopes=("read",))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        report = (await server.get("/api/features/docs_answer", headers=bearer)).json()
        status = (await server.get("/api/status", headers=bearer)).json()
        page = (await server.get("/", headers=bearer)).text
    assert (report["total"], report["failed"], report["models"]) == (None, [], [])
    assert status["features"][0]["traffic"]["requests"] == 0
    assert "No requests in the last 24 hours" in page


async def test_the_overview_and_the_list_show_live_requests_beside_the_last_evaluation(tmp_path: Path):
    async with served(tmp_path) as server:
        record_traffic(server.project, 40)
        feature = (await server.get("/api/features")).json()["features"][0]
        pages = [(await server.get(path)).text for path in ("/", "/features")]
    assert (feature["traffic"]["requests"], sum(feature["traffic"]["trend"]), feature["verdict"]) == (40, 40, None)
    assert feature["live"]["verdict"] == "cannot tell"
    assert all('class="spark"' in page for page in pages)


async def test_many_features_stand_on_the_overview_as_rows(tmp_path: Path):
    async with open_new_project(tmp_path) as project:
        made = "from plimsoll import Answer, Feature, Question\n" + "".join(
            f'f{n} = Feature("f{n}", input=Question, output=Answer, prompt="prompts/answer.md", model="default")\n'
            for n in range(4)
        )
        (project.folder / "features/more.py").write_text(made, encoding="utf-8")
    async with served(tmp_path) as server:
        page = (await server.get("/")).text
    assert ('class="sheet feature"' in page, page.count('<th scope="row"><a href="/features/')) == (False, 5)
    assert page.index("/features/docs_answer") < page.index("/features/f3")
