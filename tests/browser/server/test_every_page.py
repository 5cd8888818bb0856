"""Every page of the route table in a browser: no accessibility fault, no complaint, no overflow; with its pictures.

The pages come from the route table, so that a new one cannot be forgotten: one with parameters needs an address here.
The pictures lie in `build/pages/`.
"""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from starlette.routing import Route

from plimsoll.server import all_routes

from browser.server.browsing import DESKTOP, NEEDS_CHROMIUM, PHONE, Tab, opened_tab, overflow
from browser.server.furnished import QUESTION, furnish
from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.model, pytest.mark.slow, NEEDS_CHROMIUM]
PICTURES = Path(__file__).parents[3] / "build" / "pages"
_NO_PAGES = ("/api/", "/v1/", "/health/", "/static/", "/metrics")
_SERIOUS = ("serious", "critical")
_RULES = {"resultTypes": ["violations"]}
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
ADDRESSES = {
    "/features/{name:path}": "/features/docs_answer",
    "/ask/{trace_id}": "/ask/{trace}",
    "/traces/{trace_id}": "/traces/{trace}",
    "/sessions/{session:path}": "/sessions/chat-17",
    "/traces/diff": "/traces/diff?a={trace}&b={other}",
    "/knowledge/{corpus}": "/knowledge/docs",
    "/playground/{trial_id}": "/playground/{trial}",
    "/knowledge/{corpus}/audit": "/knowledge/docs/audit",
    "/knowledge/{corpus}/bench": "/knowledge/docs/bench?q={question}",
    "/knowledge/{corpus}/documents/{document_id}": "/knowledge/docs/documents/{document}",
    "/evals/datasets/{name}": "/evals/datasets/docs_answer",
    "/evals/history/{feature}": "/evals/history/docs_answer",
    "/evals/runs/{run_id}": "/evals/runs/{newer}",
}
"""Where a page that needs something is found; a page without parameters stands at its own path."""
MORE = (
    "/ask/{abstained}",
    "/features/docs_answer?window=1h",
    "/features/shop/app",
    "/traces?traffic=judging",
    "/users?window=1h&sort=dearest",
    "/knowledge/docs?state=unreadable",
    "/knowledge/docs/bench",
    "/knowledge/docs/bench?q={question}&widen=section",
    "/evals/datasets/docs_answer?first=50",
    "/evals/compare?baseline={older}&candidate={newer}",
    "/traces/compare?a=7h..3h&b=3h..now",
    "/traces/compare?a=outcome%3Danswered&b=outcome%3Dabstained",
)
"""Further states of a page that look unlike it."""


def pages() -> list[str]:
    """Return the path of every page that a browser can open."""
    found = [one.path for one in all_routes() if isinstance(one, Route) and "GET" in (one.methods or ())]
    return [path for path in found if not path.startswith(_NO_PAGES)]


class Console(NamedTuple):
    """A furnished console, a browser before it, and what stands in its addresses."""

    server: Served
    tab: Tab
    known: dict[str, str]


@pytest.fixture(scope="module")
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Console]:
    folder = tmp_path_factory.mktemp("furnished")
    await furnish(folder)
    async with served(folder) as server, opened_tab(DESKTOP) as tab:
        yield Console(server, tab, await look_around(server))


async def look_around(server: Served) -> dict[str, str]:
    turn = {"headers": {"x-plimsoll-session": "chat-17"}, "json": {"text": QUESTION}}
    await server.post("/v1/features/docs_answer", **turn)
    newer, older = (await server.get("/api/evals")).json()["features"][0]["runs"]
    documents = (await server.get("/api/knowledge/docs")).json()["page"]["documents"]
    traces = (await server.get("/api/traces", params={"feature": "docs_answer"})).json()["traces"]
    abstained = (await server.get("/api/traces", params={"outcome": "abstained", "traffic": "live"})).json()["traces"]
    asked = {"feature": "docs_answer", "text": QUESTION}
    trial = (await server.post("/api/playground", json=asked)).json()
    return {
        "trial": trial["id"],
        "newer": newer["id"],
        "older": older["id"],
        "document": documents[0]["id"],
        "trace": traces[0]["trace_id"],
        "other": traces[1]["trace_id"],
        "abstained": abstained[0]["trace_id"],
        "question": QUESTION,
    }


def test_every_page_with_parameters_has_an_address_here():
    assert {path for path in pages() if "{" in path} - set(ADDRESSES) == set()


@pytest.mark.parametrize("path", [*pages(), *MORE])
async def test_the_page_has_no_fault_in_light_and_dark_and_fits_a_phone(path: str, console: Console):
    server, tab, known = console
    tab.complaints.clear()
    page, name = tab.page, re.sub(r"[^a-z]+", "_", path).strip("_") or "overview"
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")
    reply = await page.goto(server.url + ADDRESSES.get(path, path).format_map(known))
    assert reply is not None
    assert reply.status == 200
    await picture(page, f"{name}.light")
    await page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
    light = await faults(page, _RULES)
    assert await shape(page, server) == (0, 1, 1, 0, 200)
    await page.emulate_media(color_scheme="dark")
    dark = await faults(page, _COLOURS)
    await page.set_viewport_size(PHONE)
    assert (light, dark, await overflow(page), tab.complaints) == ([], [], 0, [])
    await page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = false))")
    await picture(page, f"{name}.dark.phone")


async def shape(page: Page, server: Served) -> tuple[int, int, int, int, int]:
    """Return by how much it is too wide, its main parts and headings, fields without a name, and its twin's status."""
    fields = "[...document.querySelectorAll('input:not([type=hidden]),select,textarea')]"
    unlabelled = int(
        await page.evaluate(f"{fields}.filter((field) => !field.labels.length && !field.ariaLabel).length")
    )
    parts = [await page.locator(name).count() for name in ("main", "h1")]
    twin = page.locator(".twin a")
    status = (await server.get(await twin.get_attribute("href") or "")).status if await twin.count() else 200
    return await overflow(page), parts[0], parts[1], unlabelled, status


async def faults(page: Page, rules: dict[str, list[str]]) -> list[str]:
    """Return each serious or critical fault that axe finds: its rule, and where."""
    axe: Any = Axe()
    found = (await axe.run(page, options=rules)).response["violations"]
    return [
        f"{one['id']}: {node['target'][0]}" for one in found if one["impact"] in _SERIOUS for node in one["nodes"][:5]
    ]


async def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
