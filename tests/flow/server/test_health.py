"""A server that could not answer says so to whoever sends it requests."""

import socket
from pathlib import Path

import pytest

from plimsoll.testing import Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
NOBODY = """
[gateway]
redis_url = "redis://127.0.0.1:{port}/0"
when_redis_is_down = "{then}"
"""


@pytest.mark.parametrize(("then", "state"), [("fail_closed", "missing"), ("fail_open", "ok")])
async def test_limits_that_cannot_be_counted_matter_where_they_refuse_calls(tmp_path: Path, then: str, state: str):
    with socket.socket() as unused, Upstream() as upstream:
        unused.bind(("127.0.0.1", 0))
        more = NOBODY.format(port=unused.getsockname()[1], then=then)
        async with fronted(tmp_path, upstream, more) as server:
            reply = await server.get("/health/ready")
    checks = {check["name"]: check for check in reply.json()["checks"]}
    assert checks["limits"]["state"] == state
    if state == "missing":
        assert reply.status == 503
        assert "does not answer" in checks["limits"]["message"]


async def test_a_server_without_redis_counts_by_itself(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            reply = await server.get("/health/ready")
    assert {check["name"]: check["state"] for check in reply.json()["checks"]}["limits"] == "ok"
