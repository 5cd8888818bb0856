"""Every filter with odd texts: the API and the command line let the same traces through, or refuse in one wording."""

from pathlib import Path

import pytest

from plimsoll.cli.traces.options import read_options
from plimsoll.errors import PlimsollError
from plimsoll.records import Attribute, Span
from plimsoll.traces import FILTERS

from contract.server.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
NAMES = ("100%", "1000", "a_b", "axb", "it's", 'say "hi"', "日本語 ✓", "back\\slash", "'; DROP TABLE traces;--")
ODD = (
    *NAMES,
    *("", " ", "%", "_", "0", "-1", "-0.5", "1e3", "1e400", "nan", "9" * 20, "1.5", "٣", "x" * 1_001, "g" * 32),
    *(
        "7d",
        "0s",
        "999999w",
        "2026-01-01T10:00:00+02:00",
        "2026-13-01",
        "0001-01-01",
        "9999-12-31",
        "a=b",
        "a<<1",
        "=b",
    ),
    *("=b", "helpful<0.5", "100%=pass", "all", "live", "operation", "answered", "slowest", "501", "request"),
)


def named(number: int, name: str) -> Span:
    """Return a trace whose facts are all called so."""
    facts = ("feature", "variant", "config_hash", "subject", "session", "tags", "service", "input")
    said: dict[str, Attribute] = {f"plimsoll.{fact}": name for fact in facts}
    said |= {"plimsoll.kind": "model", "gen_ai.request.model": name, "plimsoll.cost_usd": 0.0}
    start = 1_700_000_000_000_000_000 + number
    return Span(
        trace_id=f"{number:032x}", span_id="1" * 16, name="ask", start_ns=start, end_ns=start + 1, attributes=said
    )


async def by_api(server: Served, given: dict[str, str]) -> list[str] | str:
    reply = (await server.get("/api/traces", params=given)).json()
    return reply["error"]["message"] if "error" in reply else [one["trace_id"] for one in reply["traces"]]


async def by_command(server: Served, given: dict[str, str]) -> list[str] | str:
    try:
        return [one.trace_id for one in (await server.project.traces.page(read_options(given))).traces]
    except PlimsollError as error:
        return error.message


async def test_both_doors_answer_alike_whatever_is_written(tmp_path: Path):
    async with served(tmp_path) as server:
        await server.project._parts.capture.put_all([named(n, name) for n, name in enumerate(NAMES, 1)])
        for one in FILTERS:
            for text in ODD:
                given = {one.name: text}
                assert await by_api(server, given) == await by_command(server, given), given


@pytest.mark.parametrize(
    "name", ["feature", "variant", "version", "user", "session", "tag", "service", "model", "text"]
)
async def test_a_fact_is_found_by_its_own_text_and_by_no_pattern(tmp_path: Path, name: str):
    async with served(tmp_path) as server:
        await server.project._parts.capture.put_all([named(n, text) for n, text in enumerate(NAMES, 1)])
        found = {text: await by_api(server, {name: text}) for text in NAMES}
    assert found == {text: [f"{number:032x}"] for number, text in enumerate(NAMES, 1)}


async def test_a_refusal_names_the_value_and_what_may_be_written(tmp_path: Path):
    async with served(tmp_path) as server:
        refused = await server.get("/api/traces", params={"traffic": "ALL"})
        reversed_ends = await server.get("/api/traces", params={"since": "1h", "until": "2h"})
    assert (refused.status, reversed_ends.status) == (400, 400)
    assert "'ALL'" in refused.text
    assert "'operation'" in refused.text
    assert "since='1h' lies above until='2h'" in reversed_ends.text
