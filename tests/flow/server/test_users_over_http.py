"""Users over HTTP: each with their requests, over a while that is asked for."""

from pathlib import Path

import pytest

from browser.server.furnished import record_traffic
from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]


async def test_each_user_leads_to_their_own_requests(tmp_path: Path):
    async with served(tmp_path) as server:
        record_traffic(server.project, 45)
        found = (await server.get("/api/users?sort=failing")).json()
        page = (await server.get("/users?sort=failing")).text
        address = page.split('class="question"><a href="')[1].split('"')[0].replace("&amp;", "&")
        listed = (await server.get(f"/api{address}")).json()["traces"]
    first = found["page"]["users"][0]
    assert (len(found["page"]["users"]), first["requests"], len(listed)) == (9, 5, 5)
    assert {one["subject"] for one in listed} == {first["id"]}
    assert first["failed"] == max(one["failed"] for one in found["page"]["users"]) > 0


async def test_who_asked_longer_ago_is_not_of_the_while(tmp_path: Path):
    async with served(tmp_path) as server:
        record_traffic(server.project, 60)
        day, hour = [(await server.get(f"/api/users?window={name}")).json()["page"] for name in ("24h", "1h")]
    assert sum(one["requests"] for one in day["users"]) == 60
    assert sum(one["requests"] for one in hour["users"]) < 20


async def test_an_empty_list_teaches_the_next_step(tmp_path: Path):
    async with served(tmp_path) as server:
        page = await server.get("/users")
    assert (page.status, "plimsoll ask" in page.text) == (200, True)


@pytest.mark.parametrize("query", ["window=2y", "sort=nicest"])
async def test_a_while_or_an_order_that_does_not_exist_is_said(tmp_path: Path, query: str):
    async with served(tmp_path) as server:
        reply = await server.get(f"/api/users?{query}")
    assert (reply.status, "Choose" in reply.text) == (400, True)
