"""Saved views over HTTP: by the API and by the console's form, for whom they are, and when one cannot be read."""

from functools import partial
from pathlib import Path

import pytest

from plimsoll.records import SystemClock
from plimsoll.traces.views.table import put_view

from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
PAGE = {"accept": "text/html"}
SLOW = {"name": "slow & odd/100 %", "filters": {"since": "7d", "text": "a & b"}}


async def header(server: Served, scope: str, tenant: str = "local") -> dict[str, str]:
    key = await server.keys.create(f"{tenant} {scope}", scopes=(scope,), tenant=tenant)
    return {"authorization": f"Bearer {key.secret.reveal()}"}


async def test_a_view_is_saved_opened_replaced_and_removed(tmp_path: Path):
    async with served(tmp_path) as server:
        saved = await server.post("/api/traces/views", json=SLOW)
        listed = (await server.get("/api/traces/views")).json()["views"]
        opened = await server.get(listed[0]["path"], headers=PAGE)
        twin = await server.get(f"/api{listed[0]['path']}")
        other = SLOW | {"filters": {"outcome": "failed"}}
        refused = await server.post("/api/traces/views", json=other)
        replaced = await server.post("/api/traces/views", json=other | {"replace": True})
        gone = await server.call("DELETE", "/api/traces/views", params={"name": SLOW["name"]})
        missing = await server.call("DELETE", "/api/traces/views", params={"name": SLOW["name"]})
    assert (saved.status, listed) == (200, [saved.json()])
    assert (opened.status, twin.status) == (200, 200)
    assert 'aria-current="true">slow &amp; odd/100 %' in opened.text
    assert (refused.status, refused.json()["error"]["code"]) == (409, "needs_confirmation")
    assert replaced.json()["filters"] == {"outcome": "failed"}
    assert (gone.status, missing.status) == (200, 404)


async def test_readers_see_the_views_of_their_tenant_and_change_none(tmp_path: Path):
    async with served(tmp_path) as server:
        reader, chief = await header(server, "read"), await header(server, "admin")
        other = await header(server, "admin", tenant="other")
        assert (await server.post("/api/traces/views", json=SLOW, headers=chief)).status == 200
        seen = await server.get("/traces?outcome=failed", headers=reader | PAGE)
        for method, path in (("POST", "/api/traces/views"), ("DELETE", "/api/traces/views"), ("POST", "/traces/views")):
            assert (await server.call(method, path, json=SLOW, headers=reader)).status == 403
        foreign = await server.get("/api/traces/views", headers=other)
        gone = await server.call("DELETE", "/api/traces/views", params={"name": SLOW["name"]}, headers=other)
    assert "slow &amp; odd" in seen.text
    assert "Save this view" not in seen.text
    assert (foreign.json(), gone.status) == ({"views": []}, 404)


async def test_the_form_says_why_not_and_no_foreign_page_may_send_it(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.post("/api/traces/views", json=SLOW)
        form = {"name": SLOW["name"]}
        taken = await server.post("/traces/views?outcome=failed", data=form, headers=PAGE)
        long = await server.post("/traces/views?outcome=failed", data={"name": "x" * 61}, headers=PAGE)
        evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        foreign = await server.post("/traces/views?outcome=failed", data={"name": "b"}, headers=evil)
        done = await server.post("/traces/views?outcome=failed", data=form | {"replace": "yes"}, headers=PAGE)
        views = (await server.get("/api/traces/views")).json()["views"]
    assert (taken.status, long.status, foreign.status) == (409, 400, 403)
    assert "Replace it" in taken.text
    assert "Replace it" not in long.text
    assert (done.status, done.path) == (200, "/traces?outcome=failed")
    assert [one["filters"] for one in views] == [{"outcome": "failed"}]


async def test_a_view_that_cannot_be_read_says_so_and_can_be_removed(tmp_path: Path):
    async with served(tmp_path) as server:
        row = {"tenant": "local", "name": "old", "filters": '{"colour":"red"}', "about": None, "subject": None}
        row |= {"saved_at": SystemClock().now()}
        await server.project._parts.state.write(partial(put_view, row=row, is_replacing=False, most=9))
        listed = (await server.get("/api/traces/views")).json()["views"]
        page = await server.get("/traces", headers=PAGE)
        gone = await server.post("/traces/views", data={"remove": "old"}, headers=PAGE)
    assert "'colour'" in listed[0]["problem"]
    assert page.status == 200
    assert "cannot be opened any more" in page.text
    assert (gone.status, "cannot be opened" in gone.text) == (200, False)
