"""What another app sends is seen, though no feature here has its name: on the overview, and on its own page."""

from datetime import timedelta
from pathlib import Path

import pytest

from plimsoll.project import Project
from plimsoll.records import Attribute, Span

from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
SERVICE = "team/shop-app"


def record(project: Project, feature: str, *, number: int, ago: timedelta = timedelta(minutes=5)) -> None:
    now_ns = round((project._parts.clock.now() - ago).timestamp() * 1e9)
    for at in range(number):
        attributes: dict[str, Attribute] = {
            "plimsoll.feature": feature,
            "plimsoll.tenant": "local",
            "plimsoll.kind": "model",
            "gen_ai.request.model": "gpt-5",
            "plimsoll.cost_usd": 0.01,
        }
        span = Span(
            trace_id=f"{int.from_bytes(feature.encode()[:10]) * 100 + at:032x}",
            span_id=f"{at + 1:016x}",
            name="chat gpt-5",
            start_ns=now_ns + at * 1_000_000,
            end_ns=now_ns + at * 1_000_000 + 80_000_000,
            error="It broke." if at == 0 else None,
            attributes=attributes,
        )
        assert project._parts.capture.put(span)


async def test_the_overview_and_the_list_show_it_below_the_projects_own(tmp_path: Path):
    async with served(tmp_path) as server:
        record(server.project, SERVICE, number=4)
        record(server.project, "listing", number=6)
        record(server.project, "docs_answer", number=1)
        status = (await server.get("/api/status")).json()
        listed = (await server.get("/api/features")).json()
        pages = [(await server.get(path)).text for path in ("/", "/features")]
    found = [(one["name"], one["kind"], one["traffic"]["requests"]) for one in status["undeclared"]]
    assert found == [("listing", "undeclared", 6), (SERVICE, "undeclared", 4)]
    assert listed["undeclared"] == status["undeclared"]
    assert "feature named `listing`" in status["undeclared"][0]["reason"]
    assert "plimsoll.feature" in status["undeclared"][1]["reason"]
    assert [one["name"] for one in status["features"]] == ["docs_answer"]
    for page in pages:
        assert page.index("docs_answer") < page.index("not defined here") < page.index(f'"/features/{SERVICE}"')


async def test_requests_that_name_no_feature_are_a_row_that_teaches_how_to_name_one(tmp_path: Path):
    async with served(tmp_path) as server:
        record(server.project, "", number=3)
        status = (await server.get("/api/status")).json()
        listed = (await server.get("/api/features")).json()
        pages = [(await server.get(path)).text for path in ("/", "/features")]
    assert (status["undeclared"], status["unnamed"]["requests"], status["unnamed"]["cost_usd"]) == ([], 3, 0.03)
    assert listed["unnamed"] == status["unnamed"]
    for page in pages:
        assert page.index("no feature named") < page.index("<code>plimsoll.feature</code>")


async def test_its_page_shows_charts_without_a_line_and_nothing_of_datasets(tmp_path: Path):
    async with served(tmp_path) as server:
        record(server.project, SERVICE, number=4)
        report = (await server.get(f"/api/features/{SERVICE}?window=7d")).json()
        page = await server.get(f"/features/{SERVICE}?window=7d")
    assert (report["total"]["count"], report["total"]["errors"]) == (4, 1)
    assert (report["live"], report["runs"], report["dataset"]) == (None, [], None)
    assert report["total"]["cost_usd"] == pytest.approx(0.04)
    assert (page.status, page.text.count('class="chart"')) == (200, 4)
    assert not [
        word for word in ("plimsoll eval", "Newest evaluations", "red line", "outcome=unknown") if word in page.text
    ]
    assert f'href="/api/features/{SERVICE}?window=7d"' in page.text


async def test_a_name_of_which_nothing_was_seen_for_30_days_does_not_exist(tmp_path: Path):
    async with served(tmp_path) as server:
        record(server.project, "listing", number=2, ago=timedelta(days=40))
        record(server.project, "quiet", number=2, ago=timedelta(days=20))
        replies = [await server.get(f"/features/{name}") for name in ("listing", "quiet", "nobody")]
        status = (await server.get("/api/status")).json()
    assert [reply.status for reply in replies] == [404, 200, 404]
    assert "Look at a longer time" in replies[1].text
    assert status["undeclared"] == []


async def test_another_tenant_does_not_hear_of_it(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        record(server.project, "listing", number=2)
        key = await server.keys.create("theirs", tenant="acme", scopes=("read",))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        status = (await server.get("/api/status", headers=bearer)).json()
        page = await server.get("/features/listing", headers=bearer)
    assert (status["undeclared"], page.status) == ([], 404)
