"""A headless Chromium with an empty profile, and what its pages complained about."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from playwright.async_api import ConsoleMessage, Page, ViewportSize, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
NEEDS_CHROMIUM = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Tab(NamedTuple):
    """A page and what it complained about."""

    page: Page
    complaints: list[str]


@asynccontextmanager
async def opened_tab(viewport: ViewportSize = DESKTOP, *, scripts: bool = True) -> AsyncGenerator[Tab]:
    """Open a browser with one page; errors of its console and of its scripts are collected."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        context = await browser.new_context(viewport=viewport, java_script_enabled=scripts)
        page = await context.new_page()
        tab = Tab(page, [])

        def note(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                tab.complaints.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        try:
            yield tab
        finally:
            await context.close()
            await browser.close()


async def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
