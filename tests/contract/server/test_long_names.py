"""Names of ten kilobytes from other programs: the trace is stored, listed, and found by what is kept of them."""

import io
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from plimsoll.project import write_project
from plimsoll.traces import TraceFilter, Traces

from contract.server.exports import JSON, TRACE, as_json, pair_of, request_of, span_of
from contract.server.serving import Served, served
from contract.server.test_otlp_logs import logs_of, record
from contract.store.databases import BOTH, database

pytestmark = pytest.mark.anyio
RNG = np.random.default_rng(6)
FACTS = ("session", "subject", "feature", "variant", "release", "service", "kind", "outcome", "error_class")
MOST = 256


def long_name(name: str) -> str:
    """Return a name that no database can press into an index: letters at random."""
    return name + "".join(RNG.choice(list("abcdefghijklmnopqrstuvwxyzäöü€😀0123456789"), 10_000))


@pytest.fixture(params=BOTH)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Served]:
    with database(request.param, tmp_path) as url:
        write_project(tmp_path / "shop")
        if request.param == "postgres":
            file = tmp_path / "shop" / "plimsoll.toml"
            file.write_text(file.read_text(encoding="utf-8") + f'\n[storage]\nurl = "{url}"\n', encoding="utf-8")
        async with served(tmp_path) as server:
            yield server


async def send(server: Served, path: str, content: object) -> str:
    reply = await server.post(path, data=io.BytesIO(as_json(content)), headers={"content-type": JSON})  # pyright: ignore[reportArgumentType]
    assert reply.status == 200, reply.text
    return reply.text


async def send_long(server: Served) -> dict[str, str]:
    """Send a trace whose every promoted attribute is ten kilobytes long; return them."""
    sent = {f"plimsoll.{name}": long_name(name) for name in FACTS}
    sent |= {name: long_name("x") for name in ("gen_ai.response.model", "gen_ai.response.id")}
    sent |= {f"plimsoll.{name}": long_name(name) for name in ("config_hash", "prompt_hash", "dataset")}
    pairs = [pair_of(name, value) for name, value in sent.items()]
    pairs.append(pair_of("plimsoll.tags", [long_name(f"tag{number:03}") for number in range(100)]))
    retrieval = [pair_of("plimsoll.kind", "retrieval"), pair_of("plimsoll.feature", sent["plimsoll.feature"])]
    spans = [span_of(1, name=long_name("span"), attributes=pairs)]
    spans.append(span_of(2, name=long_name("retrieve"), parentSpanId=f"{1:016x}", attributes=retrieval))
    call = [pair_of("gen_ai.operation.name", "chat"), pair_of("gen_ai.response.model", sent["gen_ai.response.model"])]
    spans.append(span_of(3, parentSpanId=f"{1:016x}", attributes=call))
    assert await send(server, "/v1/traces", request_of(*spans, service=long_name("service"))) == "{}"
    return sent


async def test_every_promoted_name_is_cut_and_the_trace_is_found_by_each(server: Served):
    await send_long(server)
    (listed,) = (await server.get("/api/traces?traffic=all")).json()["traces"]
    assert (listed["trace_id"], listed["span_count"]) == (TRACE, 3)
    names = {"session": "session", "variant": "variant", "model": "model", "service": "service", "user": "subject"}
    for asked, kept in (names | {"feature": "feature", "kind": "kind"}).items():
        value = listed[kept]
        assert "…" in value
        assert len(value.encode()) <= MOST
        found = (await server.get(f"/api/traces?traffic=all&{asked}={quote(value)}")).json()
        assert [one["trace_id"] for one in found["traces"]] == [TRACE], asked
    assert len(listed["tags"]) == 64
    found = (await server.get(f"/api/traces?traffic=all&tag={quote(listed['tags'][0])}")).json()
    assert [one["trace_id"] for one in found["traces"]] == [TRACE]
    assert (await server.get(f"/traces/{TRACE}")).status == 200


async def test_it_is_found_and_erased_by_the_whole_name_too(server: Served):
    sent = await send_long(server)
    traces: Traces = server.project._parts.traces
    for name in ("session", "subject", "feature", "variant", "service"):
        whole = {name: sent[f"plimsoll.{name}"]}
        assert [one.trace_id for one in await traces.list(TraceFilter(**whole))] == [TRACE]  # pyright: ignore[reportArgumentType]
    assert await traces.erase(sent["plimsoll.subject"] + "x") == 0
    assert await traces.erase(sent["plimsoll.subject"]) == 1


async def test_a_score_of_a_long_name_is_kept(server: Served):
    await send_long(server)
    told = {"gen_ai__evaluation__name": long_name("helpful"), "gen_ai__evaluation__score__value": 0.75}
    logs = logs_of(record("gen_ai.evaluation.result", **told))
    logs["resourceLogs"][0]["resource"]["attributes"] = [pair_of("service.name", long_name("judge"))]
    assert await send(server, "/v1/logs", logs) == "{}"
    (score,) = (await server.project.traces.get(TRACE)).scores
    assert (score.value, len(score.name.encode()) <= MOST, len(score.by.encode()) <= MOST) == (0.75, True, True)
    found = (await server.get(f"/api/traces?traffic=all&score={quote(score.name)}%3E0.5")).json()
    assert [one["trace_id"] for one in found["traces"]] == [TRACE]
