"""Pages that stay open: what is new is offered and never shown by itself, and progress is drawn as it happens."""

from pathlib import Path

import pytest
from playwright.async_api import Route

from plimsoll.server import Pace

from browser.server.browsing import NEEDS_CHROMIUM, opened_tab
from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
QUICK = Pace(look_seconds=0.1, figures_seconds=0.1)
OFFER = "[data-live-offer]:not([hidden])"


async def asked(server: Served, text: str) -> None:
    await server.project.ask(text)
    await server.project.traces.list()


async def test_new_traces_are_offered_and_shown_when_one_says_so(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server, opened_tab() as tab:
        await asked(server, "Before?")
        await tab.page.goto(f"{server.url}/traces")
        await asked(server, "After?")
        await tab.page.wait_for_selector(OFFER)
        assert await tab.page.inner_text(OFFER) == "1 new trace: show"
        assert await tab.page.locator("tbody tr").count() == 1
        await tab.page.click(OFFER)
        await tab.page.wait_for_function("document.querySelectorAll('tbody tr').length === 2")
        assert await tab.page.locator(OFFER).count() == 0
    assert tab.complaints == []


@pytest.mark.parametrize("path", ["/", "/features/docs_answer"])
async def test_figures_are_drawn_anew_where_they_stand_and_what_was_open_stays_open(tmp_path: Path, path: str):
    async with served(tmp_path, pace=QUICK) as server, opened_tab() as tab:
        await asked(server, "Before?")
        async with tab.page.expect_response("**/api/live*"):
            await tab.page.goto(server.url + path)
        await tab.page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        folds = await tab.page.locator("main details[open]").count()
        await tab.page.locator("#figures .facts a").first.focus()
        await asked(server, "After?")
        await tab.page.wait_for_selector("#figures .facts dd >> text=/^2$/")
        assert await tab.page.locator("main details[open]").count() == folds
        assert await tab.page.evaluate("document.activeElement.closest('.facts') !== null")
    assert tab.complaints == []


async def test_progress_appears_on_an_open_page_and_its_end_is_offered(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server, opened_tab() as tab:
        await tab.page.goto(f"{server.url}/evals")
        assert not await tab.page.locator(".live").is_visible()
        with server.project.work.under_way("evaluation", "docs_answer") as told:
            told.tell(done=9, total=9)
            await tab.page.wait_for_selector(".live progress[max='9'][value='9']")
            assert "Evaluation of docs_answer" in await tab.page.inner_text(".live")
        await tab.page.wait_for_selector("[data-live-ended]:not([hidden])")
    assert tab.complaints == []


async def test_without_scripts_progress_stands_on_the_page_when_it_is_made(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab(scripts=False) as tab:
        with server.project.work.under_way("ingestion", "docs") as told:
            told.tell(done=3, total=3)
            await tab.page.goto(f"{server.url}/knowledge")
        assert "Ingestion of docs" in await tab.page.inner_text(".live")
        assert "3 of 3" in await tab.page.inner_text(".live")


async def test_a_page_that_is_refused_tries_again_later_each_time(tmp_path: Path):
    async with served(tmp_path, pace=QUICK) as server, opened_tab() as tab:
        moments: list[float] = []

        async def refuse_twice(route: Route) -> None:
            moments.append(await tab.page.evaluate("performance.now()"))
            await (route.fulfill(status=429) if len(moments) < 3 else route.continue_())

        await tab.page.route("**/api/live*", refuse_twice)
        await tab.page.goto(f"{server.url}/traces")
        await asked(server, "After two refusals?")
        await tab.page.wait_for_selector(OFFER)
        first, second = moments[1] - moments[0], moments[2] - moments[1]
    assert len(moments) == 3
    assert (500 <= first <= 3000, 1000 <= second <= 4000) == (True, True)
