"""The pages of evaluations in a browser: each fits, complains of nothing, and leads on by keyboard and by link."""

import json
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from browser.server.test_knowledge_pages import LONG, unlabelled
from contract.server.serving import Served, open_new_project, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
ODD = {"id": LONG, "input": {"text": f"How long do customers have to return an item? {LONG}"}, "tags": [LONG]}
KNOWN = [
    {"id": f"c{n}", "input": {"text": "What does express delivery cost?"}, "expected": {"contains": str(n)}}
    for n in range(60)
]
CASES = [json.dumps(one) for one in (ODD, *KNOWN)]


async def evaluate_twice(folder: Path) -> None:
    """Give the project two runs that differ, on a dataset with names wider than a phone."""
    async with open_new_project(folder) as project:
        (project.folder / "datasets/docs_answer.jsonl").write_text("\n".join(CASES), encoding="utf-8")
        await project.evals.run("docs_answer")
        await project.ingest()
        await project.evals.run("docs_answer")


async def pages_of(server: Served) -> list[str]:
    newest, oldest = (await server.get("/api/evals")).json()["features"][0]["runs"]
    return [
        "/evals",
        f"/evals/runs/{newest['id']}",
        f"/evals/compare?baseline={oldest['id']}&candidate={newest['id']}",
        "/evals/history/docs_answer",
        "/evals/judges",
        "/evals/datasets",
        "/evals/datasets/docs_answer",
        "/evals/datasets/docs_answer?first=50",
    ]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_page_of_evaluations_fits_is_labelled_and_complains_of_nothing(
    tmp_path: Path, viewport: ViewportSize
):
    await evaluate_twice(tmp_path)
    async with served(tmp_path) as server, opened_tab(viewport) as tab:
        for path in await pages_of(server):
            await tab.page.goto(server.url + path)
            await tab.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            headings = await tab.page.locator("h1").count()
            assert (path, await overflow(tab.page), await unlabelled(tab.page), headings) == (path, 0, 0, 1)
            twin = await server.get(await tab.page.locator(".twin a").get_attribute("href") or "")
            assert (path, twin.status, twin.json() != {}) == (path, 200, True)
    assert tab.complaints == []


async def test_without_scripts_two_runs_are_chosen_compared_and_followed_to_a_trace(tmp_path: Path):
    await evaluate_twice(tmp_path)
    async with served(tmp_path) as server, opened_tab(scripts=False) as tab:
        await tab.page.goto(f"{server.url}/evals/compare")
        await tab.page.click("form[action='/evals/compare'] button")
        await tab.page.wait_for_url("**/evals/compare?baseline=*")
        assert "improved" in await tab.page.inner_text(".heading")
        case = tab.page.locator("details.case").first
        await case.locator("a[href^='/traces/']").first.click()
        await tab.page.wait_for_url("**/traces/*")
    assert tab.complaints == []


async def test_the_keyboard_leads_from_the_runs_to_one_of_them(tmp_path: Path):
    await evaluate_twice(tmp_path)
    async with served(tmp_path) as server, opened_tab() as tab:
        await tab.page.goto(f"{server.url}/evals")
        await tab.page.keyboard.press("j")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url("**/evals/runs/*")
        assert await tab.page.locator("svg.interval").count() > 3
    assert tab.complaints == []
