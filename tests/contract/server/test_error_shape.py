import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plimsoll.errors import PlimsollError

from contract.server.serving import served

pytestmark = pytest.mark.anyio


def leaves(parent: type[PlimsollError] = PlimsollError) -> Iterator[type[PlimsollError]]:
    for child in parent.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from leaves(child)


ERRORS = {error.code: error for error in leaves()}


async def break_as_asked(request: Request) -> Response:
    code: str = request.path_params["code"]
    if code in ERRORS:
        raise ERRORS[code]("What happened.", next_step="What to do.")
    raise KeyError("the secret prompt of a customer")


BREAK = (Route("/v1/break/{code}", break_as_asked), Route("/break/{code}", break_as_asked))


async def test_every_error_of_the_tree_has_the_one_shape(tmp_path: Path):
    async with served(tmp_path, BREAK) as server:
        for code, error in ERRORS.items():
            response = await server.get(f"/v1/break/{code}")
            expected = {
                "code": code,
                "message": "What happened.",
                "next_step": "What to do.",
                "documentation": f"docs/reference/errors.md#{code}",
                "trace_id": None,
            }
            assert (response.status, response.json()) == (error.http_status, {"error": expected})


async def test_a_defect_shows_a_reference_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async with served(tmp_path, BREAK) as server:
        response = await server.get("/v1/break/defect")
        text = response.text
    assert response.status == 500
    reference = json.loads(text)["error"]["trace_id"]
    logged = [record.getMessage() for record in caplog.records if record.name == "plimsoll.server"]
    assert len(logged) == 1
    assert reference in logged[0]
    assert "KeyError" in logged[0]
    assert "secret prompt" not in text + logged[0]
    assert "Traceback" not in text


async def test_an_unknown_path_names_the_nearest(tmp_path: Path):
    async with served(tmp_path) as server:
        response = await server.get("/health/life")
        body = response.json()
    assert (response.status, body["error"]["code"]) == (404, "not_found")
    assert body["error"]["next_step"] == "Did you mean '/health/live'?"


async def test_a_method_that_a_path_does_not_take_is_named(tmp_path: Path):
    async with served(tmp_path) as server:
        response = await server.call("DELETE", "/health/live")
        body = response.json()
    assert (response.status, body["error"]["code"]) == (405, "invalid_request")
    assert "GET" in body["error"]["next_step"]


async def test_a_browser_gets_the_same_facts_as_a_page(tmp_path: Path):
    async with served(tmp_path, BREAK) as server:
        response = await server.get("/break/disk_full", headers={"accept": "text/html"})
        page = response.text
    assert response.status == 507
    assert "What happened." in page
    assert "What to do." in page


async def test_a_path_is_escaped_where_an_error_page_shows_it(tmp_path: Path):
    async with served(tmp_path) as server:
        response = await server.get("/<script>alert(1)</script>", headers={"accept": "text/html"})
        page = response.text
    assert response.status == 404
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
