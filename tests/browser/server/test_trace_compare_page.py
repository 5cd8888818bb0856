"""What changed between two windows, in a browser: the planted cause stands first, and leads to traces of both sides."""

from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import ViewportSize

from plimsoll.project import Project

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from contract.server.serving import served
from contract.traces.test_comparing import stored_spans
from property.traces.traffic import TOPICS, World, make_trace

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
PICTURES = Path(__file__).parents[3] / "build" / "pages"
_HOUR_NS = 3_600_000_000_000
_CHANGED = World(documents=TOPICS[1:], fingerprint="fp_2", tool_ms=90.0, heavy_user=0.2)


async def plant(project: Project) -> None:
    """Keep an hour of usual requests and one in which much has changed."""
    for seed, world in ((1, World()), (2, _CHANGED)):
        rng = np.random.default_rng(seed)
        for number in range(150):
            trace = make_trace(world, rng, number)
            for span in stored_spans(trace, seed=seed, later_ns=(seed - 1) * _HOUR_NS, told={}, is_closed=False):
                assert project._parts.capture.put(span)
    assert await project._parts.capture.flush()


@pytest.mark.parametrize(("viewport", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
async def test_the_causes_stand_first_and_lead_to_traces(tmp_path: Path, viewport: ViewportSize, name: str):
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with served(tmp_path) as server, opened_tab(viewport) as tab:
        await plant(server.project)
        page = tab.page
        await page.goto(f"{server.url}/traces/compare")
        await page.fill("#a", "2026-01-01T00:00..2026-01-01T00:30")
        await page.fill("#b", "2026-01-01T01:00..2026-01-01T02:00")
        await page.click("main button[type=submit]")
        causes = await page.inner_text("#causes + ol")
        assert causes.index("fp_2") < causes.index("tool search") < causes.index("returns.md")
        assert "user:heavy" in await page.inner_text(".wrong")
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=PICTURES / f"trace.compare.{name}.{scheme}.png", full_page=True)
        assert (await overflow(page), tab.complaints) == (0, [])
        twin = await server.get(await page.locator(".twin a").get_attribute("href") or "")
        assert twin.json()["findings"][0]["value"] == "fp_2"
        await page.click("text=side by side >> nth=0")
        assert await page.inner_text("h1") == "Two traces"


async def test_a_side_that_is_not_understood_is_explained(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        reply = await tab.page.goto(f"{server.url}/traces/compare?a=colour%3Dred&b=1h..now")
        assert reply is not None
        assert reply.status == 400
        assert "'colour' is not compared by" in await tab.page.inner_text("[role=alert]")
