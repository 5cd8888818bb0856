"""The knowledge pages in a browser: each fits, complains of nothing, and leads on by keyboard and by link."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, opened_tab, overflow
from contract.server.serving import Served, open_new_project, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, NEEDS_CHROMIUM]
QUESTION = "How long do customers have to return an item?"
BENCH = f"/knowledge/docs/bench?q={QUESTION.replace(' ', '+')}"
NOTES = """
[knowledge.docs.sources.notes]
kind = "folder"
paths = ["notes"]
max_age = "7d"
"""
PAGES = (
    "/knowledge",
    "/knowledge/docs",
    "/knowledge/docs/audit",
    "/knowledge/docs/bench",
    BENCH,
    f"{BENCH}&widen=section",
)
LONG = "an_unbroken_name_that_is_far_longer_than_a_phone_is_wide_" * 3


async def fill_project(folder: Path) -> None:
    """Give the project a document that cannot be read, one with a long name, and a source that is held."""
    async with open_new_project(folder) as project:
        settings = project.folder / "plimsoll.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + NOTES, encoding="utf-8")
        (project.folder / "documents/broken.pdf").write_bytes(b"%PDF-1.4 broken")
        notes = project.folder / "notes"
        notes.mkdir()
        for name in ("a", "b", "c", LONG):
            (notes / f"{name}.md").write_text(f"# Note {name}\n\nSee https://example.org/{LONG}{LONG}.\n", "utf-8")
    async with open_new_project(folder) as project:
        await project.ingest()
        await project.sync("docs")
        for name in ("a", "b"):
            (project.folder / "notes" / f"{name}.md").unlink()
        await project.sync("docs")
        await project.audit_knowledge("docs", keep=True)


async def document_path(server: Served, text: str) -> str:
    found = (await server.get("/api/knowledge/docs", params={"text": text})).json()["page"]["documents"][0]
    return f"/knowledge/docs/documents/{found['id']}"


async def unlabelled(page: Page) -> int:
    fields = "[...document.querySelectorAll('input:not([type=hidden]),select,textarea')]"
    return await page.evaluate(f"{fields}.filter((field) => !field.labels.length).length")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_knowledge_page_fits_is_labelled_and_complains_of_nothing(tmp_path: Path, viewport: ViewportSize):
    await fill_project(tmp_path)
    async with served(tmp_path) as server, opened_tab(viewport) as tab:
        for path in (*PAGES, await document_path(server, LONG)):
            await tab.page.goto(server.url + path)
            await tab.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            headings = await tab.page.locator("h1").count()
            assert (path, await overflow(tab.page), await unlabelled(tab.page), headings) == (path, 0, 0, 1)
    assert tab.complaints == []


async def test_what_is_wrong_is_told_by_mark_and_sentence_and_leads_to_the_documents(tmp_path: Path):
    await fill_project(tmp_path)
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
    await fill_project(tmp_path)
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
