"""The list of traces in a browser: its filters, what is set, and how one leads on."""

import time
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from browser.server.recorded import conversation, record
from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
PICTURES = Path(__file__).parents[3] / "build" / "pages"


@pytest.mark.parametrize(("viewport", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
async def test_filters_are_set_shown_as_chips_and_removed_one_by_one(tmp_path: Path, viewport: ViewportSize, name: str):
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with served(tmp_path) as server, opened_tab(viewport) as tab:
        page = tab.page
        for number in range(12):
            await record(server.project, conversation(0xA1 + number, time.time_ns() - (number + 1) * 10**11))
        await page.goto(f"{server.url}/traces")
        assert await page.locator("tbody tr").count() == 12
        await page.screenshot(path=PICTURES / f"traces.{name}.png", full_page=True)
        await page.fill("input[name=text]", "PARCEL")
        await page.click("text=More filters")
        await page.fill("input[name=since]", "10m")
        await page.select_option("select[name=sort]", "slowest")
        await page.click("form.filters button")
        await page.wait_for_url("**text=PARCEL**")
        assert await page.locator("tbody tr").count() == 5
        assert await page.locator("ul.chips li").count() == 4
        await page.screenshot(path=PICTURES / f"traces.filtered.{name}.png", full_page=True)
        assert (await overflow(page), tab.complaints) == (0, [])
        await page.click("ul.chips a:has-text('10m')")
        await page.wait_for_url(lambda url: "since=10m" not in url)
        assert await page.locator("tbody tr").count() == 12


async def test_a_filter_that_cannot_be_read_says_what_can(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        reply = await tab.page.goto(f"{server.url}/traces?since=yesterday")
        assert reply is not None
        assert reply.status == 400
        assert "since=7d" in await tab.page.inner_text("main")


async def test_without_scripts_the_list_is_filtered_and_a_trace_opened(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab(scripts=False) as tab:
        page = tab.page
        await record(server.project, conversation(0xA1, time.time_ns() - 10**11))
        await page.goto(f"{server.url}/traces")
        await page.select_option("select[name=outcome]", "answered")
        await page.click("form.filters button")
        await page.click("td.question a")
        await page.wait_for_url(f"**/traces/{0xA1:032x}")
        assert await page.locator("h1.asked").count() == 1
