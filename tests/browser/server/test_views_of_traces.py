"""Saved views in a browser, with and without scripts: saved, opened, replaced, removed."""

import time
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from browser.server.recorded import conversation, record
from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
PICTURES = Path(__file__).parents[3] / "build" / "pages"
LONG = "an_unbroken_name_that_is_far_longer_than_a_phone_can_show_it"


@pytest.mark.parametrize(("viewport", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_view_is_saved_opened_and_removed(tmp_path: Path, viewport: ViewportSize, name: str, *, scripts: bool):
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with served(tmp_path) as server, opened_tab(viewport, scripts=scripts) as tab:
        page = tab.page
        await record(server.project, conversation(0xA1, time.time_ns() - 10**11))
        await server.project.traces.views.save(LONG, {"since": "7d", "text": "parcel"})
        await page.goto(f"{server.url}/traces")
        assert await page.locator("text=Save this view").count() == 0
        await page.goto(f"{server.url}/traces?outcome=answered&since=30m")
        await page.click("text=Save this view")
        await page.fill("#view-name", LONG)
        await page.click(".keep button:has-text('Save')")
        await page.wait_for_selector(".keep [role=alert]")
        assert await overflow(page) == 0
        await page.screenshot(path=PICTURES / f"traces.view-taken.{name}.png", full_page=True)
        await page.fill("#view-name", "half an hour")
        await page.click(".keep button:text-is('Save')")
        await page.wait_for_url("**/traces?outcome=answered&since=30m")
        assert await page.inner_text(".views [aria-current]") == "half an hour"
        assert await overflow(page) == 0
        await page.screenshot(path=PICTURES / f"traces.views.{name}.png", full_page=True)
        await page.click(".views button")
        await page.wait_for_selector("text=Save this view")
        assert [one.name for one in await server.project.traces.views.list()] == [LONG]
    assert [one for one in tab.complaints if "409" not in one] == []
