from pathlib import Path

import pytest
from playwright.async_api import Page

from browser.server.browsing import NEEDS_CHROMIUM, PHONE, opened_tab
from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
QUESTION = "How long do customers have to return an item?"


async def ask(page: Page, server: Served, question: str = QUESTION) -> str:
    await page.goto(f"{server.url}/ask")
    await page.fill("textarea", question)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/ask/*")
    return page.url.rpartition("/")[2].partition("#")[0]


async def test_a_citation_opens_the_exact_span_it_stands_for(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.post("/api/ingest", json={})
        await ask(tab.page, server)
        assert not await tab.page.locator("#source-1 mark").is_visible()
        await tab.page.click("sup a >> nth=0")
        await tab.page.wait_for_selector("#source-1[open] mark")
        marked = await tab.page.inner_text("#source-1 mark")
    assert marked == "Customers may return an item within 30 days of delivery."


async def test_the_keyboard_leads_from_the_list_to_a_trace(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.post("/api/ingest", json={})
        trace_id = await ask(tab.page, server)
        await tab.page.goto(f"{server.url}/traces")
        await tab.page.keyboard.press("/")
        assert await tab.page.evaluate("document.activeElement.id") == "q"
        await tab.page.keyboard.press("Escape")
        await tab.page.keyboard.press("?")
        assert await tab.page.locator("dialog").is_visible()
        await tab.page.keyboard.press("Escape")
        await tab.page.keyboard.press("j")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url(f"**/traces/{trace_id}")
        assert await tab.page.inner_text("h1") == QUESTION
    assert tab.complaints == []


async def test_every_page_of_the_navigation_has_a_key_and_the_list_of_keys_says_so(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await tab.page.goto(server.url)
        pages = await tab.page.eval_on_selector_all(
            "[data-go]", "all => all.map(one => [one.dataset.go, one.pathname])"
        )
        listed = await tab.page.eval_on_selector_all(".keys dt", "all => all.map(one => one.textContent)")
        for letter, path in pages:
            assert f"g {letter}" in listed
            await tab.page.goto(server.url)
            await tab.page.keyboard.press("g")
            await tab.page.keyboard.press(letter)
            await tab.page.wait_for_url(server.url + path)
            assert await tab.page.locator("[aria-current=page]").get_attribute("href") == path
        await tab.page.goto(server.url)
        await tab.page.keyboard.press("Tab")
        assert await tab.page.evaluate("document.activeElement.className") == "skip"
    assert len(pages) > 6
    assert tab.complaints == []


async def test_the_letter_after_g_may_come_late_and_anything_else_takes_g_back(tmp_path: Path):
    late = """const key = new KeyboardEvent("keydown", { key: "t", bubbles: true });
    Object.defineProperty(key, "timeStamp", { value: performance.now() + 60_000 });
    document.body.dispatchEvent(key);"""
    async with served(tmp_path) as server, opened_tab() as tab:
        await tab.page.goto(server.url)
        await tab.page.keyboard.press("g")
        await tab.page.keyboard.press("Escape")
        await tab.page.keyboard.press("t")
        await tab.page.keyboard.press("g")
        await tab.page.click("h1")
        await tab.page.keyboard.press("t")
        await tab.page.keyboard.press("?")
        assert await tab.page.locator("dialog").is_visible()
        await tab.page.keyboard.press("Escape")
        await tab.page.keyboard.press("g")
        await tab.page.evaluate(late)
        await tab.page.wait_for_url(f"{server.url}/traces")


async def test_on_a_phone_the_menu_opens_without_scripts(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab(PHONE, scripts=False) as tab:
        await tab.page.goto(server.url)
        assert not await tab.page.locator("nav a[href='/traces']").is_visible()
        await tab.page.click("text=Menu")
        await tab.page.click("nav a[href='/traces']")
        await tab.page.wait_for_url("**/traces")


async def test_without_scripts_a_question_is_answered_and_a_citation_opened(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab(scripts=False) as tab:
        await server.post("/api/ingest", json={})
        await ask(tab.page, server)
        await tab.page.click("#source-1 summary")
        assert await tab.page.locator("#source-1 mark").is_visible()


async def test_an_outcome_is_told_by_shape_and_word_and_a_mark_by_text(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.post("/api/ingest", json={})
        await ask(tab.page, server)
        await tab.page.goto(server.url)
        assert await tab.page.locator("article > svg[role=img]").get_attribute("aria-label") == "Unknown"
        await tab.page.click("article h3 a")
        assert "answered" in await tab.page.inner_text("section[aria-labelledby=outcome]")
