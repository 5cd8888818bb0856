from pathlib import Path

import pytest

from contract.server.serving import served

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/health/live", "/sign-in", "/nowhere", "/static/console.js"])
async def test_every_response_takes_power_from_untrusted_text(tmp_path: Path, path: str):
    async with served(tmp_path) as server:
        response = await server.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


async def test_static_files_may_be_kept_and_pages_may_not(tmp_path: Path):
    async with served(tmp_path) as server:
        page = await server.get("/sign-in")
        style = await server.get("/static/plimsoll.css?v=1")
    assert page.headers["cache-control"] == "no-store"
    assert "immutable" in style.headers["cache-control"]


async def test_an_unknown_static_file_is_not_looked_for_on_disk(tmp_path: Path):
    async with served(tmp_path) as server:
        response = await server.get("/static/..%2Frender.py")
    assert response.status == 404
