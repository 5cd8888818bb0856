"""One trace in a browser: its tree, its steps, its keys; at any length, without scripts, and on a phone."""

import time
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from browser.server.recorded import QUESTION, conversation, long_trace, record
from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
PICTURES = Path(__file__).parents[3] / "build" / "pages"


async def prepare(server: Served) -> str:
    """Write a trace down and return where its page is."""
    await record(server.project, conversation(0xA1, time.time_ns() - 10**10))
    return f"{server.url}/traces/{0xA1:032x}"


@pytest.mark.parametrize(("viewport", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
async def test_the_tree_fits_and_a_failed_step_shows(tmp_path: Path, viewport: ViewportSize, name: str):
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with served(tmp_path) as server, opened_tab(viewport) as tab:
        page = tab.page
        await page.goto(await prepare(server))
        assert await page.inner_text("h1") == QUESTION
        assert await page.locator(".tree a[data-step]").count() == 10
        assert "GET parcels" in await page.inner_text(".tree a.alarm")
        await page.screenshot(path=PICTURES / f"trace.{name}.png", full_page=True)
        await page.click("text=chat large")
        await page.wait_for_selector("#step h2:has-text('chat large')")
        assert "640 tokens in" in (await page.inner_text("#step")).replace("\u202f", " ")
        await page.screenshot(path=PICTURES / f"trace.step.{name}.png", full_page=True)
        assert (await overflow(page), tab.complaints) == (0, [])


async def test_the_arrow_keys_walk_fold_and_open(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        page = tab.page
        await page.goto(await prepare(server))
        for key in ("j", "j", "j", "ArrowRight"):
            await page.keyboard.press(key)
        assert "embeddings" in await page.evaluate("document.activeElement.innerText")
        for key in ("ArrowLeft", "ArrowLeft", "j"):
            await page.keyboard.press(key)
        assert "prompt assistant.md" in await page.evaluate("document.activeElement.innerText")
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#step .found li")
        assert page.url.endswith(f"step={3:016x}#step")
        assert tab.complaints == []


async def test_without_scripts_a_step_opens_and_a_subtree_folds(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab(scripts=False) as tab:
        page = tab.page
        await page.goto(await prepare(server))
        await page.click("text=retrieve docs")
        await page.wait_for_url("**step=*")
        assert "documents/delivery.md" in await page.inner_text("#step")
        assert await page.locator("text=GET parcels").first.is_visible()
        await page.click("summary[aria-label='Steps within find_parcel']")
        assert not await page.locator(".tree >> text=GET parcels").is_visible()


async def test_pain_17_a_trace_of_30_000_spans_opens_and_every_step_can_be_reached(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        page = tab.page
        await record(server.project, long_trace(0xB2, time.time_ns() - 10**11, count=30_000))
        await page.goto(f"{server.url}/traces/{0xB2:032x}")
        assert "30\u202f000 steps" in await page.inner_text("#steps")
        assert await page.locator(".tree a[data-step]").count() <= 300
        for _ in range(4):
            if await page.locator(".more a").count() == 0:
                break
            await page.locator(".more a").last.click()
            await page.wait_for_load_state()
        leaf = page.locator(".tree a[data-step]").last
        named = (await leaf.inner_text()).partition("\n")[0].rpartition(": ")[2]
        await leaf.click()
        await page.wait_for_selector(f"#step h2:has-text('{named}')")
        await page.screenshot(path=PICTURES / "trace.long.desktop.png")
        assert (await overflow(page), tab.complaints) == (0, [])
