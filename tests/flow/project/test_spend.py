"""What calls cost, from the call to the operations and over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plimsoll.gateway import SpendEntry
from plimsoll.records import SystemClock

from contract.server.serving import Served, served

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        yield server


async def _bearer(server: Served, *, tenant: str, scopes: tuple[str, ...] = ("read",)) -> dict[str, str]:
    key = await server.keys.create("one", tenant=tenant, groups={"sales"}, scopes=scopes)
    return {"authorization": f"Bearer {key.secret.reveal()}"}


def _settle(server: Served, tenant: str, cost_usd: float, *, subject: str = "key:ab") -> None:
    entry = SpendEntry(
        at=SystemClock().now(), subject=subject, tenant=tenant, alias="fast", provider="p", model="m",
        cost_usd=cost_usd,
    )  # fmt: skip
    server.project._parts.ledger.settle(None, entry)


async def test_a_caller_sees_the_spend_of_its_own_tenant(server: Served):
    _settle(server, "shop", 0.5)
    _settle(server, "other", 0.25, subject="key:cd")
    reply = await server.get("/api/spend?by=key&days=2", headers=await _bearer(server, tenant="shop"))
    assert [(total["name"], total["cost_usd"]) for total in reply.json()["totals"]] == [("key:ab", 0.5)]
    everything = await server.project.spend.totals(by="tenant")
    assert [(total.name, total.cost_usd) for total in everything] == [("shop", 0.5), ("other", 0.25)]


async def test_spend_is_for_keys_that_may_read_and_bad_questions_are_refused(server: Served):
    reply = await server.get("/api/spend", headers=await _bearer(server, tenant="shop", scopes=("models",)))
    assert (reply.status, reply.json()["error"]["code"]) == (403, "forbidden")
    reader = await _bearer(server, tenant="shop")
    for query in ("days=0", "days=x", "by=colour"):
        reply = await server.get(f"/api/spend?{query}", headers=reader)
        assert (reply.status, reply.json()["error"]["code"]) == (400, "invalid_request")


async def test_a_caller_sees_the_allowances_that_it_can_be_held_to(server: Served):
    for owner in ("everyone", "group:sales", "group:staff", "tenant:other", "key:other", "model:fast"):
        await server.project.allowances.set(owner, budget_usd=1.0)
    reply = (await server.get("/api/allowances", headers=await _bearer(server, tenant="shop"))).json()
    assert [each["applies_to"] for each in reply["allowances"]] == ["everyone", "group:sales", "model:fast"]
    assert [each["left_usd"] for each in reply["budgets"]] == [1.0, 1.0, 1.0]
    admin = await _bearer(server, tenant="shop", scopes=("admin",))
    assert len((await server.get("/api/allowances", headers=admin)).json()["allowances"]) == 6


async def test_an_erased_person_is_taken_out_of_the_spend(server: Served):
    _settle(server, "shop", 0.5)
    assert await server.project.erase("key:ab") == 1
    assert [total.name for total in await server.project.spend.totals(by="key")] == ["erased"]
