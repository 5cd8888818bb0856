"""The knowledge pages in a browser: what is wrong is told, and each leads on by keyboard and by link."""

from pathlib import Path

import pytest

from browser.server.browsing import NEEDS_CHROMIUM, opened_tab
from browser.server.furnished import QUESTION, furnish
from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]


async def test_what_is_wrong_is_told_by_mark_and_sentence_and_leads_to_the_documents(tmp_path: Path):
    await furnish(tmp_path, requests=0)
    async with served(tmp_path) as server, opened_tab() as tab:
        await tab.page.goto(f"{server.url}/knowledge")
        assert await tab.page.locator("article svg[role=img]").get_attribute("aria-label") == "Below the line"
        assert "notes is held" in await tab.page.inner_text(".problems")
        await tab.page.click("dd.alarm a")
        await tab.page.wait_for_url("**/knowledge/docs?state=unreadable")
        assert await tab.page.locator("tbody a[data-row]").all_inner_texts() == ["documents/broken.pdf"]


async def test_the_keyboard_leads_from_the_corpora_to_a_filtered_document(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.post("/api/ingest", json={})
        await tab.page.goto(f"{server.url}/knowledge")
        await tab.page.keyboard.press("j")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url("**/knowledge/docs")
        await tab.page.keyboard.press("/")
        await tab.page.keyboard.type("shipping")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url("**/knowledge/docs?text=shipping*")
        await tab.page.keyboard.press("j")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url("**/documents/*")
        assert "Shipping" in await tab.page.inner_text("h1")
        assert await tab.page.locator(".chunks li").count() > 0
    assert tab.complaints == []


async def test_a_held_source_is_confirmed_with_a_press(tmp_path: Path):
    await furnish(tmp_path, requests=0)
    async with served(tmp_path) as server, opened_tab() as tab:
        await tab.page.goto(f"{server.url}/knowledge/docs")
        await tab.page.click("button:has-text('Confirm')")
        await tab.page.wait_for_selector("[role=status]")
        assert "notes is synchronised" in await tab.page.inner_text("[role=status]")
        assert await tab.page.locator("button:has-text('Confirm')").count() == 0
    assert tab.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_the_bench_shows_both_legs_side_by_side_and_marks_what_speaks_to_the_question(
    tmp_path: Path, *, scripts: bool
):
    async with served(tmp_path) as server, opened_tab(scripts=scripts) as tab:
        await server.post("/api/ingest", json={})
        await tab.page.goto(f"{server.url}/knowledge/docs/bench")
        await tab.page.fill("#q", QUESTION)
        await tab.page.click("button[type=submit]")
        await tab.page.wait_for_url("**/knowledge/docs/bench?q=How*")
        first = await tab.page.locator(".bench tbody tr").first.inner_text()
        legs = await tab.page.locator(".bench tbody svg.legs").first.get_attribute("aria-label")
        assert (first.count("1st"), legs) == (2, "both")
        marked = await tab.page.locator("#source-1 mark").all_inner_texts()
        assert "Customers may return an item within 30 days of delivery." in marked
    assert tab.complaints == []


async def test_what_one_leg_alone_found_is_told_from_the_rest(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.post("/api/ingest", json={})
        await tab.page.goto(f"{server.url}/knowledge/docs/bench?q=refund")
        alone = tab.page.locator(".bench tbody tr", has=tab.page.locator(".only"))
        assert await alone.count() > 0
        assert await alone.first.locator("svg.legs").get_attribute("aria-label") == "vectors only"
        assert "not found" in await alone.first.inner_text()
