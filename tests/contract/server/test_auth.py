from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plimsoll.server.auth import caller_of, require

from contract.server.serving import served

pytestmark = pytest.mark.anyio
BEYOND = ("ai.example.com",)
PAGE = {"accept": "text/html"}


async def say_who(request: Request) -> Response:
    return Response(caller_of(request).id)


async def ingest(request: Request) -> Response:
    return Response(require(request, "ingest").id)


WHO = (Route("/api/who", say_who), Route("/who", say_who), Route("/api/change", ingest))


async def test_on_this_machine_alone_no_key_is_needed(tmp_path: Path):
    async with served(tmp_path, WHO) as server:
        response = await server.get("/api/who")
        assert response.text == "user:local"


async def test_a_key_that_does_not_exist_is_refused_even_on_this_machine(tmp_path: Path):
    async with served(tmp_path, WHO) as server:
        response = await server.get("/api/who", headers={"authorization": "Bearer plim_x_y"})
        body = response.json()
    assert (response.status, body["error"]["code"]) == (401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_beyond_this_machine_a_request_needs_a_key(tmp_path: Path):
    async with served(tmp_path, WHO, allowed=BEYOND) as server:
        key = await server.keys.create("test", scopes=("ask",))
        without = await server.get("/api/who")
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        granted = await server.get("/api/who", headers=bearer)
        assert (without.status, granted.status) == (401, 200)
        assert granted.text == f"key:{key.key_id}"


async def test_a_key_without_the_scope_is_told_which_one_it_needs(tmp_path: Path):
    async with served(tmp_path, WHO, allowed=BEYOND) as server:
        key = await server.keys.create("test", scopes=("ask",))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        response = await server.get("/api/change", headers=bearer)
        body = response.json()
    assert (response.status, body["error"]["code"]) == (403, "forbidden")
    assert "'ingest'" in body["error"]["message"]


async def test_a_browser_signs_in_and_out_with_a_key(tmp_path: Path):
    async with served(tmp_path, WHO, allowed=BEYOND) as server:
        key = await server.keys.create("test")
        sent = await server.get("/who", headers=PAGE)
        assert sent.path == "/sign-in?next=/who"
        fields = {"key": key.secret.reveal(), "next": "/who"}
        cookie = (await server.post("/sign-in", data=fields, allow_redirects=False)).headers["set-cookie"]
        assert (await server.get("/who", headers=PAGE)).text == f"key:{key.key_id}"
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert key.secret.reveal() not in cookie
        out = await server.post("/sign-out")
        assert out.path == "/sign-in"
        assert (await server.get("/who", headers=PAGE)).path == "/sign-in?next=/who"


async def test_a_revoked_key_ends_its_sessions(tmp_path: Path):
    async with served(tmp_path, WHO, allowed=BEYOND) as server:
        key = await server.keys.create("test")
        await server.post("/sign-in", data={"key": key.secret.reveal(), "next": "/who"})
        await server.keys.revoke(key.key_id)
        assert (await server.get("/who", headers=PAGE)).path == "/sign-in?next=/who"


async def test_a_wrong_key_is_refused_on_the_page(tmp_path: Path):
    async with served(tmp_path, WHO, allowed=BEYOND) as server:
        response = await server.post("/sign-in", data={"key": "<b>no</b>", "next": '"><script>'})
        page = response.text
    assert response.status == 401
    assert "is not known" in page
    assert "<script>" not in page.replace("<script src", "")
    assert "set-cookie" not in response.headers


async def test_signing_in_never_leads_to_another_server(tmp_path: Path):
    async with served(tmp_path, WHO, allowed=BEYOND) as server:
        key = (await server.keys.create("test")).secret.reveal()
        for target in ("https://evil.example", "//evil.example", "/\\evil.example"):
            fields = {"key": key, "next": target}
            response = await server.post("/sign-in", data=fields, allow_redirects=False)
            assert response.headers["location"] == "/"


async def test_a_key_sent_without_its_scheme_is_not_repeated_in_the_error(tmp_path: Path):
    async with served(tmp_path, WHO) as server:
        response = await server.get("/api/who", headers={"authorization": "plim_0123_secretpart"})
    assert response.status == 401
    assert "secretpart" not in response.text
    assert "Bearer KEY" in response.text
