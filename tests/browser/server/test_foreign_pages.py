import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from browser.server.browsing import NEEDS_CHROMIUM, opened_tab
from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.browser, NEEDS_CHROMIUM]

ATTACK = """<!doctype html><form id="ask" method="post" action="{url}/ask"><input name="text" value="spend"></form>
<img src="{url}/traces"><iframe src="{url}/"></iframe><a id="link" href="{url}/sign-in">link</a>"""
FETCH = """async ([url, mode]) => {
  const sent = {method: "POST", mode, body: JSON.stringify({text: "spend"}), headers: {"content-type": "text/plain"}};
  try { return (await fetch(url, sent)).type } catch (error) { return "failed" }
}"""


@asynccontextmanager
async def foreign_site(target: str) -> AsyncGenerator[str]:
    """Serve the attacker's page on another port of this machine."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=ATTACK.format(url=target), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def asked(server: Served) -> int:
    return len((await server.get("/api/traces")).json()["traces"])


async def test_a_form_of_another_port_is_refused(tmp_path: Path):
    async with served(tmp_path) as server, foreign_site(server.url) as site, opened_tab() as tab:
        await tab.page.goto(site)
        async with tab.page.expect_response("**/ask") as sent:
            await tab.page.evaluate("document.getElementById('ask').submit()")
        assert (await sent.value).status == 403
        assert await asked(server) == 0


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
async def test_a_script_of_another_port_can_neither_ask_nor_read(tmp_path: Path, mode: str):
    async with served(tmp_path) as server, foreign_site(server.url) as site, opened_tab() as tab:
        await tab.page.goto(site)
        answer = await tab.page.evaluate(FETCH, [f"{server.url}/api/ask", mode])
        assert answer in {"failed", "opaque"}
        assert await asked(server) == 0


async def test_pages_cannot_be_framed_or_loaded_as_pictures(tmp_path: Path):
    async with served(tmp_path) as server, foreign_site(server.url) as site, opened_tab() as tab:
        async with tab.page.expect_response(f"{server.url}/") as framed:
            await tab.page.goto(site)
        picture = await tab.page.evaluate("document.querySelector('img').naturalWidth")
        assert ((await framed.value).status, picture) == (403, 0)


async def test_a_plain_link_from_another_page_works(tmp_path: Path):
    async with served(tmp_path) as server, foreign_site(server.url) as site, opened_tab() as tab:
        await tab.page.goto(site)
        await tab.page.click("#link")
        await asyncio.wait_for(tab.page.wait_for_url("**/sign-in"), 30)
        assert await tab.page.inner_text("h1") == "Sign in"
