"""Targets of every kind that behave as a case asks: answer, abstain, refuse, fail, hang, or find the network down."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from plimsoll.errors import InvalidRequest, ProviderUnreachable
from plimsoll.evals import Endpoint, EndpointTarget, FeatureTarget, FunctionTarget, Target, opened_endpoint
from plimsoll.features import Answer, Feature, Question, Result
from plimsoll.records import ErrorClass, Outcome, Principal, SystemClock, new_id

CLOCK = SystemClock()
SECONDS = 0.3
In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)
_STATUS = {"refuse": 422, "break": 500, "down": 503}


class Acting:
    """A feature's runtime that does what the text asks for."""

    async def run(
        self,
        feature: Feature[In, Out],
        value: In,
        caller: Principal | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> Result[Out]:
        """End as the input's text says."""
        text = str(value.model_dump()["text"])
        fault = {"break": ErrorClass.MODEL, "down": ErrorClass.INFRASTRUCTURE, "hang": ErrorClass.INFRASTRUCTURE}
        outcome = Outcome.FAILED if text in fault else Outcome.ABSTAINED if text == "abstain" else Outcome.ANSWERED
        return Result(
            outcome=outcome,
            value=feature.output.model_validate({"answer": text}) if outcome is Outcome.ANSWERED else None,
            error_class=fault.get(text),
            trace_id=new_id(CLOCK),
            latency_ms=1.0,
        )


async def act(asked: dict[str, object]) -> dict[str, object] | None:
    """Do what the text asks for, as a function of a product would."""
    text = asked.get("text")
    if not isinstance(text, str):
        raise InvalidRequest("text is missing.")
    if text == "break":
        raise RuntimeError("broken")
    if text == "down":
        raise ProviderUnreachable("nobody there")
    if text == "hang":
        await asyncio.Event().wait()
    return None if text == "abstain" else {"answer": text}


async def _serve_act(request: web.Request) -> web.Response:
    asked = await request.json()
    text = asked.get("text", "refuse")
    if text == "hang":
        await asyncio.Event().wait()
    if text in _STATUS:
        return web.Response(status=_STATUS[text])
    return web.json_response(None if text == "abstain" else {"answer": text})


@asynccontextmanager
async def feature_target() -> AsyncGenerator[Target]:
    """Yield a feature."""
    feature = Feature("echo", input=Question, output=Answer, prompt="prompts/echo.md")
    yield FeatureTarget(feature, Acting())


@asynccontextmanager
async def function_target() -> AsyncGenerator[Target]:
    """Yield a function."""
    yield FunctionTarget(act, clock=CLOCK, timeout_seconds=SECONDS)


@asynccontextmanager
async def served(app: web.Application) -> AsyncGenerator[str]:
    """Serve the application on loopback and yield its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/ask"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def endpoint_target() -> AsyncGenerator[EndpointTarget]:
    """Yield an endpoint of a real server."""
    app = web.Application()
    app.router.add_post("/ask", _serve_act)
    async with served(app) as url:
        endpoint = Endpoint(url=url, timeout_seconds=SECONDS, retries=0)
        async with opened_endpoint(endpoint, environ={}, clock=CLOCK) as target:
            yield target


TARGETS = (feature_target, function_target, endpoint_target)
