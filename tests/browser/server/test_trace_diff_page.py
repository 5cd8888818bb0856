"""Two traces side by side in a browser."""

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
async def test_another_trace_is_chosen_and_what_changed_is_shown(tmp_path: Path, viewport: ViewportSize, name: str):
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with served(tmp_path) as server, opened_tab(viewport) as tab:
        now, page = time.time_ns(), tab.page
        await record(server.project, conversation(0xA1, now - 10**11))
        later = conversation(0xA2, now - 10**10, answer="Express delivery costs 12 euros since May.")
        await record(server.project, [span for span in later if span.name != "check the input"])
        await page.goto(f"{server.url}/traces/{0xA1:032x}")
        await page.click("text=compare with another")
        assert (await overflow(page), await page.locator("h1").count()) == (0, 1)
        await page.click("td.question a")
        await page.wait_for_url("**&b=*")
        assert "only in A" in await page.inner_text(".aligned")
        assert await page.locator("#answered ~ p ins").first.inner_text() == "12"
        await page.click("text=chat large")
        assert await page.locator(".aligned details[open] ins").first.is_visible()
        await page.screenshot(path=PICTURES / f"trace.diff.{name}.png", full_page=True)
        twin = await server.get(await page.locator(".twin a").get_attribute("href") or "")
        assert twin.json()["steps"][1]["differs_in"] == ["step"]
        assert (await overflow(page), tab.complaints) == (0, [])
