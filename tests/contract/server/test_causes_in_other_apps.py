"""One thing changes in an app that only sends OTLP: the comparison names it first, and without a change nothing."""

import json
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from plimsoll.records import Principal
from plimsoll.traces import Comparison, parse_side

from contract.server.exports import JSON, START, as_json, pair_of, request_of, send, span_of
from contract.server.serving import Served, served

pytestmark = pytest.mark.anyio
NOW = datetime.fromtimestamp(START / 1e9).astimezone() + timedelta(hours=2)
HOUR = 3_600 * 10**9
REQUESTS = 60
TOPICS = ("returns", "delivery", "payment")
App = Callable[[int], dict[str, Any]]
"""What differs of the request of that number, by step."""
_numbers = count(1)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with served(tmp_path_factory.mktemp("other")) as server:
        yield server


def usual(number: int) -> dict[str, Any]:
    topic = TOPICS[number % 3]
    found = [{"id": f"{name}-{number}", "metadata": {"source": f"{name}.md"}} for name in (topic, "faq")]
    said = [{"role": "system", "content": "You help.\nBe brief."}, {"role": "user", "content": f"about {topic}"}]
    return {
        "retrieval": {"gen_ai.retrieval.documents": json.dumps(found)},
        "chat": {
            "gen_ai.input.messages": json.dumps(said),
            "gen_ai.request.model": "m",
            "gen_ai.request.temperature": 0.5,
            "openai.response.system_fingerprint": "fp_1",
        },
    }


def with_call(**changed: Any) -> App:
    def app(number: int) -> dict[str, Any]:
        request = usual(number)
        spelled = {name.replace("__", "."): value for name, value in changed.items()}
        return {**request, "chat": {**request["chat"], **spelled}}

    return app


def instructed(number: int) -> dict[str, Any]:
    request = usual(number)
    said = request["chat"]["gen_ai.input.messages"].replace("Be brief.", "Be verbose.")
    return {**request, "chat": {**request["chat"], "gen_ai.input.messages": said}}


def without_returns(number: int) -> dict[str, Any]:
    request = usual(number)
    return {**request, "retrieval": {"gen_ai.retrieval.documents": json.dumps([{"metadata": {"source": "faq.md"}}])}}


def flattened(app: App) -> App:
    """Say what was found as OpenInference does."""

    def as_openinference(number: int) -> dict[str, Any]:
        request = app(number)
        found = json.loads(request["retrieval"]["gen_ai.retrieval.documents"])
        told = {
            f"retrieval.documents.{place}.document.metadata": json.dumps(one["metadata"])
            for place, one in enumerate(found)
        }
        return {**request, "retrieval": {"openinference.span.kind": "RETRIEVER", **told}}

    return as_openinference


async def send_requests(server: Served, app: App, *, service: str, later_ns: int) -> None:
    spans: list[dict[str, Any]] = []
    for number in range(REQUESTS):
        trace_id = f"{next(_numbers) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"
        root = span_of(1, traceId=trace_id, name="answer", attributes=[])
        steps = [
            span_of(
                2 + place,
                traceId=trace_id,
                name=name,
                parentSpanId=root["spanId"],
                attributes=[pair_of(key, value) for key, value in {"gen_ai.operation.name": name, **told}.items()],
            )
            for place, (name, told) in enumerate(app(number).items())
        ]
        spans += [root, *steps]
    for span in spans:
        for name in ("startTimeUnixNano", "endTimeUnixNano"):
            span[name] = str(int(span[name]) + later_ns)
    answer = await send(server, as_json(request_of(*spans, service=service)), content_type=JSON)
    assert (answer.reply.status, answer.body) == (200, b"{}")


async def compare(server: Served, service: str) -> Comparison:
    sides = [parse_side(f"{window},feature={service}", now=NOW) for window in ("150m..90m", "90m..30m")]
    parts = server.project._parts  # pyright: ignore[reportPrivateUsage]
    return await parts.traces.compare(*sides, caller=Principal.local())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (with_call(gen_ai__prompt__name="support", gen_ai__prompt__version="3"),
         with_call(gen_ai__prompt__name="support", gen_ai__prompt__version="4"), ("prompt", "support 4")),
        (usual, instructed, ("instructions", "You help. Be verbose.… (")),
        (usual, with_call(gen_ai__request__temperature=0.9), ("setting", "temperature 0.9")),
        (usual, with_call(openai__response__system_fingerprint="fp_2"), ("fingerprint", "fp_2")),
        (usual, without_returns, ("document", "delivery.md")),
        (flattened(usual), flattened(without_returns), ("document", "delivery.md")),
    ],
)  # fmt: skip
async def test_what_changed_in_another_app_is_named_first(
    server: Served, *, before: App, after: App, told: tuple[str, str]
):
    service = f"app-{next(_numbers)}"
    await send_requests(server, before, service=service, later_ns=0)
    await send_requests(server, after, service=service, later_ns=HOUR)
    first = (await compare(server, service)).findings[0]
    assert (first.role, first.aspect) == ("cause", told[0])
    values = {first.value, *(one.value for one in first.also)}
    assert [value for value in values if value.startswith(told[1])]
    assert first.first_examples or first.second_examples


async def test_an_app_that_stayed_as_it_was_is_told_nothing(server: Served):
    for hour in (0, 1):
        await send_requests(server, usual, service="steady", later_ns=hour * HOUR)
    compared = await compare(server, "steady")
    assert (compared.findings, compared.tested > 0) == ((), True)
