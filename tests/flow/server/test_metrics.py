"""`/metrics`: counters of the gateway, in a number of series that callers cannot grow (FIELD, pain 15)."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from plimsoll.testing import Upstream

from contract.gateway.fronted import fronted
from contract.server.serving import Served

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
ASKED = {"model": "fast", "messages": [{"role": "user", "content": "ping"}]}


def count_series(text: str) -> int:
    return sum(len(family.samples) for family in text_string_to_metric_families(text))


async def test_a_call_is_counted_by_model_and_provider(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            await server.post(CHAT, json=ASKED)
            metrics = await server.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    families = {family.name: family for family in text_string_to_metric_families(metrics.text)}
    (calls,) = families["plimsoll_gateway_calls"].samples
    assert calls.labels == {"model": "fast", "provider": "up", "outcome": "ok", "served": "model"}
    assert calls.value == 1
    assert "plimsoll_spans_dropped" in families


@pytest.mark.parametrize("callers", [200, pytest.param(2_000, marks=pytest.mark.slow)])
async def test_names_and_keys_of_callers_add_no_series(tmp_path: Path, callers: int):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            await server.post(CHAT, json=ASKED)
            await call_as_nobody(server, 0)
            before = count_series((await server.get("/metrics")).text)
            for number in range(1, callers):
                await call_as_nobody(server, number)
            metrics = await server.get("/metrics")
    assert count_series(metrics.text) == before
    assert "sk-1" not in metrics.text
    assert 'model="other"' in metrics.text


async def call_as_nobody(server: Served, number: int) -> None:
    """Call a model that no settings name, and one that nobody has, with a key that nobody made."""
    key = {"authorization": f"Bearer sk-{number}"}
    for model in (f"up/m{number}", f"nothing-{number}"):
        await server.post(CHAT, json=ASKED | {"model": model}, headers=key)


async def test_reading_metrics_needs_the_scope_where_keys_are_needed(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream, allowed=("ai.example.com",)) as server:
            reads = (await server.keys.create("ops", scopes=("read",))).secret.reveal()
            asks = (await server.keys.create("user", scopes=("ask",))).secret.reveal()
            statuses = [
                (await server.get("/metrics", headers={"authorization": f"Bearer {key}"} if key else {})).status
                for key in ("", asks, reads)
            ]
    assert statuses == [401, 403, 200]
