"""HTTP endpoints, evaluated: mapping, secrets, patience with a busy server, and what no case would survive."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from plimsoll import Endpoint, evaluate_endpoint
from plimsoll.errors import InvalidSettings
from plimsoll.evals import Keeping
from plimsoll.records import Case, ErrorClass, Outcome
from plimsoll.scorers import cites_a_source, contains_expected

from contract.evals.targets import served

pytestmark = pytest.mark.anyio
CASES = [Case(id=f"c{n}", input={"text": f"{n}?"}, expected={"contains": f"{n}"}) for n in range(3)]


class Site:
    """A server that remembers what it was asked, and is busy as often as it is told."""

    def __init__(self, reply: Callable[[], object], *, busy: int = 0, wait: str = "0", status: int = 200) -> None:
        self.seen: list[tuple[dict[str, object], str]] = []
        self._reply, self._busy, self._wait, self._status = reply, busy, wait, status

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as told."""
        self.seen.append((await request.json(), request.headers.get("Authorization", "")))
        if len(self.seen) <= self._busy:
            return web.Response(status=429, headers={"Retry-After": self._wait})
        if self._status != 200:
            return web.Response(status=self._status, headers={"Location": "/elsewhere"})
        return web.json_response(self._reply())


@asynccontextmanager
async def site(made: Site) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_post("/ask", made.answer)
    async with served(app) as url:
        yield url


async def test_a_declared_mapping_makes_requests_and_samples_and_secrets_come_from_the_environment():
    said = {"data": {"text": "0, 1 and 2", "from": [{"quote": "one", "source": "a.md"}]}, "found": ["one, two"]}
    made = Site(lambda: said | {"usd": 0.25})
    async with site(made) as url:
        endpoint = Endpoint(
            url=url,
            input="question.of",
            body={"question": {"lang": "en"}, "stream": False},
            output="data.text",
            citations="data.from",
            passages="found",
            cost_usd="usd",
            secret_headers={"Authorization": "SITE_KEY"},
        )
        scorers = (contains_expected, cites_a_source)
        run = await evaluate_endpoint(endpoint, CASES, scorers=scorers, environ={"SITE_KEY": "s3cret"})
    assert made.seen[0] == ({"question": {"lang": "en", "of": {"text": "0?"}}, "stream": False}, "s3cret")
    assert [one.scores["contains_expected"].passed for one in run.results] == [True] * 3
    assert (run.is_complete, run.cost_usd, run.experiment.target) == (True, 0.75, "endpoint")
    assert "s3cret" not in str(run)


async def test_a_busy_server_is_asked_again_as_it_asks_for_and_a_bounded_number_of_times():
    patient, hopeless = Site(lambda: "0", busy=2), Site(lambda: "0", busy=99)
    async with site(patient) as url:
        (result,) = (await evaluate_endpoint(Endpoint(url=url), CASES[:1], scorers=[contains_expected])).results
    assert (result.outcome, len(patient.seen)) == (Outcome.ANSWERED, 3)
    async with site(hopeless) as url:
        (result,) = (await evaluate_endpoint(Endpoint(url=url), CASES[:1], scorers=[contains_expected])).results
    assert (result.error_class, len(hopeless.seen)) == (ErrorClass.INFRASTRUCTURE, 3)


async def test_a_server_that_asks_for_more_than_the_deadline_is_missing_not_waited_for():
    made = Site(lambda: "0", busy=9, wait="3600")
    async with site(made) as url:
        endpoint = Endpoint(url=url, timeout_seconds=0.2)
        (result,) = (await evaluate_endpoint(endpoint, CASES[:1], scorers=[contains_expected])).results
    assert (result.error_class, result.scores, len(made.seen)) == (ErrorClass.INFRASTRUCTURE, {}, 1)


async def test_what_every_case_would_meet_ends_the_run_with_a_sentence():
    for status in (302, 401, 404, 405):
        async with site(Site(lambda: "0", status=status)) as url:
            with pytest.raises(InvalidSettings, match=f"answered {status}, and would to every case"):
                await evaluate_endpoint(Endpoint(url=url), CASES, scorers=[contains_expected])
    secret = Endpoint(url="http://127.0.0.1:9/", secret_headers={"Authorization": "NO_KEY"})
    with pytest.raises(InvalidSettings, match="'NO_KEY' is not set"):
        await evaluate_endpoint(secret, CASES, scorers=[], environ={})
    with pytest.raises(InvalidSettings, match="is no address of an endpoint"):
        Endpoint(url="ftp://example.com")


async def test_a_reply_that_is_not_as_declared_is_a_failure_and_a_closed_port_is_missing(tmp_path: Path):
    async with site(Site(lambda: {"other": 1})) as url:
        run = await evaluate_endpoint(Endpoint(url=url, output="data.text"), CASES[:1], scorers=[contains_expected])
    assert (run.results[0].error_class, run.results[0].message) == (
        ErrorClass.MODEL,
        "The reply is not as declared: it has no 'data.text'.",
    )
    keeping = Keeping(file=tmp_path / "runs.db")
    closed = await evaluate_endpoint(Endpoint(url=url), CASES[:1], scorers=[contains_expected], keeping=keeping)
    assert closed.results[0].message == "The endpoint could not be reached: ClientConnectorError."
    assert (closed.feature, closed.is_complete) == ("127.0.0.1/ask", True)
