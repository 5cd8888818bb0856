"""The playground in a browser: edit, say the cost, run both, read the difference, keep it; each state has a URL."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
PICTURES = Path(__file__).parents[3] / "build" / "pages"
QUESTION = "How long do customers have to return an item?"


async def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=PICTURES / f"playground.{name}.{scheme}.png", full_page=True)


@pytest.mark.parametrize(("viewport", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")])
async def test_a_prompt_is_edited_tried_and_kept(tmp_path: Path, viewport: ViewportSize, name: str):
    async with served(tmp_path) as server, opened_tab(viewport, scripts=False) as tab:
        await server.project.knowledge.ingest()
        page = tab.page
        await page.goto(f"{server.url}/playground")
        await picture(page, f"form.{name}")
        await page.fill("#prompt", await page.input_value("#prompt") + "Answer in one sentence.\n")
        await page.check("#on-dataset")
        await page.fill("#cases", "3")
        await page.click("form.try button")
        await page.wait_for_url("**/playground/*")
        ready = page.url
        assert "6 requests" in await page.inner_text(".begin-trial")
        assert await page.inner_text(".prompt ins") == "Answer in one sentence.\n"
        await picture(page, f"ready.{name}")
        await page.click("text=Run both")
        await page.wait_for_selector("#sides", timeout=30_000)
        assert page.url == ready
        assert await page.locator(".pairs > li").count() == 3
        await picture(page, f"done.{name}")
        await page.click("text=Save as candidate")
        command = await page.inner_text("pre.command")
        assert "plimsoll eval docs_answer --prompt prompts/" in command
        assert (server.project.folder / command.split()[-1]).read_text().endswith("Answer in one sentence.\n")
        assert (await overflow(page), tab.complaints) == (0, [])
        await picture(page, f"saved.{name}")
        assert '+    prompt="prompts/answer.candidate-' in await page.inner_text("pre.diff")
        await page.click("text=Write this into the feature")
        assert command.split()[-1] in (server.project.folder / "features/docs_answer.py").read_text(encoding="utf-8")
        assert "git diff" in await page.inner_text("#main")
        twin = await server.get(await page.locator(".twin a").get_attribute("href") or "")
        assert (twin.json()["state"], len(twin.json()["pairs"])) == ("done", 3)


async def test_a_trace_leads_to_the_playground_with_its_input(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.project.knowledge.ingest()
        result = await server.project.ask(QUESTION)
        await tab.page.goto(f"{server.url}/traces/{result.trace_id}")
        await tab.page.click("text=Replay with changes")
        assert QUESTION in await tab.page.input_value("#text")
        await tab.page.fill("#prompt", "{{ input.colour }}")
        await tab.page.click("form.try button")
        assert "input has no field 'colour'" in await tab.page.inner_text("[role=alert]")
        assert QUESTION in await tab.page.input_value("#text")


async def test_a_replay_leads_to_what_it_repeats(tmp_path: Path):
    async with served(tmp_path) as server, opened_tab() as tab:
        await server.project.knowledge.ingest()
        result = await server.project.ask(QUESTION)
        replayed = (await server.project.traces.replay(result.trace_id)).replayed
        await tab.page.goto(f"{server.url}/traces/{replayed.trace_id}")
        await tab.page.click("text=side by side")
        assert f"a={result.trace_id}&b={replayed.trace_id}" in tab.page.url
        assert tab.complaints == []
