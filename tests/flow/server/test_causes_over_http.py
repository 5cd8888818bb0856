"""What changed, over HTTP: for readers, of their own tenant, and with a sentence for what is not understood."""

from pathlib import Path

import numpy as np
import pytest

from contract.server.serving import Reply, Served, served
from contract.traces.test_comparing import stored_spans
from property.traces.traffic import World, make_trace

pytestmark = [pytest.mark.anyio, pytest.mark.model]
SIDES = "a=user%3Duser:1&b=feature%3Ddocs_answer"


async def ask_as(server: Served, path: str, *, scope: str, tenant: str = "local") -> Reply:
    key = await server.keys.create(f"{scope} {tenant}", scopes=(scope,), tenant=tenant)
    return await server.get(path, headers={"Authorization": f"Bearer {key.secret.reveal()}"})


async def test_readers_compare_the_requests_of_their_own_tenant(tmp_path: Path):
    async with served(tmp_path) as server:
        rng = np.random.default_rng(1)
        for number in range(30):
            trace = make_trace(World(users=3), rng, number)
            for span in stored_spans(trace, seed=1, later_ns=0, told={}, is_closed=False):
                assert server.project._parts.capture.put(span)
        own = await ask_as(server, f"/api/traces/compare?{SIDES}", scope="read")
        assert own.json()["second"]["matching"] == 30
        foreign = await ask_as(server, f"/api/traces/compare?{SIDES}", scope="read", tenant="acme")
        assert foreign.json()["second"]["matching"] == 0
        assert (await ask_as(server, f"/api/traces/compare?{SIDES}", scope="ask")).status == 403


@pytest.mark.parametrize("query", ["", "a=1h..now", "a=x&b=y", "a=1h..now&b=2h..1h&most=many"])
async def test_what_is_not_understood_says_what_would_be(tmp_path: Path, query: str):
    async with served(tmp_path) as server:
        reply = await server.get(f"/api/traces/compare?{query}")
        assert reply.status == 400
        assert reply.json()["error"]["code"] == "invalid_request"
