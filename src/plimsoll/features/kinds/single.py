"""Features of one model call: prompt, chat, parse. Called by the runner."""

from typing import TypeVar

from pydantic import BaseModel

from plimsoll.features.draft import Draft, draft_unusable
from plimsoll.features.exchange import Exchange
from plimsoll.features.failures import Failures
from plimsoll.records import Outcome

Out = TypeVar("Out", bound=BaseModel)


async def answer_single(exchange: Exchange[Out], *, value: BaseModel, on: Failures) -> Draft[Out]:
    """Ask the model once, twice where its first reply could not be read; raises UpstreamError."""
    parsed = await exchange.ask(value)
    if parsed.value is None:
        return draft_unusable(parsed.problem, on=on)
    return Draft(outcome=Outcome.ANSWERED, value=parsed.value)
