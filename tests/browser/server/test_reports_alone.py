"""Reports that stand alone, in a browser without scripts: they fit, in light and dark, and complain of nothing."""

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from unit.evals.test_html import HOSTILE, pages_of

pytestmark = [pytest.mark.anyio, pytest.mark.browser, NEEDS_CHROMIUM]
LONG = "an_unbroken_name_that_is_far_longer_than_a_phone_is_wide_" * 3


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_report_fits_and_runs_nothing_whatever_stands_in_it(tmp_path: Path, viewport: ViewportSize):
    async with opened_tab(viewport) as tab:
        requests: list[str] = []
        tab.page.on("request", lambda request: requests.append(request.url))
        for number, page in enumerate([*pages_of(HOSTILE), *pages_of(LONG)]):
            file = tmp_path / f"{number}.html"
            file.write_text(page, encoding="utf-8")
            await tab.page.goto(file.as_uri())
            await tab.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            assert (number, await overflow(tab.page)) == (number, 0)
    assert tab.complaints == []
    assert {url.partition(":")[0] for url in requests} <= {"file", "data"}


async def test_a_report_follows_dark_and_light_and_prints_on_white_with_every_case(tmp_path: Path):
    file = tmp_path / "report.html"
    file.write_text(pages_of("plain")[0], encoding="utf-8")
    background = "getComputedStyle(document.body).backgroundColor"
    async with opened_tab(scripts=True) as tab:
        await tab.page.goto(file.as_uri())
        seen = set[str]()
        for scheme in ("light", "dark"):
            await tab.page.emulate_media(color_scheme=scheme)
            seen.add(await tab.page.evaluate(background))
        await tab.page.emulate_media(media="print", color_scheme="dark")
        ink = await tab.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
        assert await tab.page.pdf() != b""
    assert (len(seen), ink.strip()) == (2, "#13212d")


async def test_without_scripts_chips_lead_to_the_cases(tmp_path: Path):
    file = tmp_path / "report.html"
    file.write_text(pages_of("plain")[1], encoding="utf-8")
    async with opened_tab(scripts=False) as tab:
        await tab.page.goto(file.as_uri())
        await tab.page.click(".chips a >> nth=0")
        assert tab.page.url.endswith("#failed")
        await tab.page.click("details.case summary >> nth=0")
        assert await tab.page.locator("details.case[open] .case-answer").first.is_visible()
