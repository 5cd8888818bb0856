from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contract.server.serving import served

pytestmark = pytest.mark.anyio


async def answer(request: Request) -> Response:
    return Response(await request.body())


ECHO = (Route("/api/echo", answer, methods=["GET", "POST"]), Route("/page", answer, methods=["GET", "POST"]))
EVIL = "http://evil.example"


async def test_a_rebound_name_is_refused(tmp_path: Path):
    async with served(tmp_path, ECHO) as server:
        response = await server.get("/api/echo", headers={"host": "evil.example"})
        body = response.json()
    assert (response.status, body["error"]["code"]) == (403, "untrusted_origin")


@pytest.mark.parametrize("path", ["/api/echo", "/page"])
async def test_a_form_of_another_site_is_refused(tmp_path: Path, path: str):
    async with served(tmp_path, ECHO) as server:
        response = await server.post(path, data="x", headers={"origin": EVIL})
    assert response.status == 403


async def test_a_form_of_the_console_and_a_program_are_let_in(tmp_path: Path):
    async with served(tmp_path, ECHO) as server:
        own = await server.post("/page", data="x", headers={"origin": server.url})
        program = await server.post("/api/echo", data="x")
    assert (own.status, program.status) == (200, 200)


async def test_a_page_on_another_port_of_this_machine_is_another_site(tmp_path: Path):
    async with served(tmp_path, ECHO) as server:
        headers = {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site"}
        response = await server.get("/api/echo", headers=headers)
    assert response.status == 403
