"""The pages of evaluations in a browser: each leads on by keyboard and by link."""

from pathlib import Path

import pytest

from browser.server.browsing import NEEDS_CHROMIUM, opened_tab
from browser.server.furnished import furnish
from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]


async def test_without_scripts_two_runs_are_chosen_compared_and_followed_to_a_trace(tmp_path: Path):
    await furnish(tmp_path, requests=0)
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
    await furnish(tmp_path, requests=0)
    async with served(tmp_path) as server, opened_tab() as tab:
        await tab.page.goto(f"{server.url}/evals")
        await tab.page.keyboard.press("j")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url("**/evals/runs/*")
        assert await tab.page.locator("svg.interval").count() > 3
    assert tab.complaints == []
