"""An async function as a target: whatever product code answers a case, with no feature and no model behind it.

What it raises is an end of its own: a network that failed is missing, anything else is a failure of the function.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

import msgspec
from pydantic import BaseModel

from plimsoll.errors import InvalidFeature, InvalidRequest, PlimsollError
from plimsoll.evals.target import Reply, fail_case, refuse_input
from plimsoll.line import Sample
from plimsoll.records import Case, Clock, ErrorClass, Outcome

CaseInput = dict[str, object]
"""A case's input, as a JSON object."""
CaseOutput = dict[str, object] | BaseModel | Sample | str | float | bool | None
"""What a function may return: an object, a model, a text or number (which becomes `answer`), None for an abstention, or
a whole sample with citations, passages and cost."""
CaseFunction = Callable[[CaseInput], Awaitable[CaseOutput]]


class FunctionTarget:
    """Asks an async function."""

    def __init__(self, function: CaseFunction, *, clock: Clock, timeout_seconds: float = 60.0) -> None:
        """Take the function and the time that one case may take; raises InvalidFeature for what is not async."""
        if not any(map(inspect.iscoroutinefunction, (function, type(function).__call__))):
            raise InvalidFeature(
                f"{function!r} is not an async function.",
                next_step="Write `async def answer(case: dict) -> dict: ...`; a blocking one fits into "
                "`await asyncio.to_thread(...)`.",
            )
        self._function = function
        self._clock = clock
        self._timeout_seconds = timeout_seconds

    async def ask(self, case: Case, *, tags: Mapping[str, str]) -> Reply:
        """Call the function with a copy of the case's input; it has no trace, so that tags go nowhere."""
        _ = tags
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                said = await self._function(dict(case.input))
            return Reply(sample=self._read(case, said, began))
        except InvalidRequest as error:
            return refuse_input(case, str(error))
        except asyncio.CancelledError:
            if _is_ended():
                raise
            fault, message = ErrorClass.INFRASTRUCTURE, "It was cancelled from within."
        except TimeoutError:
            fault, message = ErrorClass.INFRASTRUCTURE, f"There was no answer within {self._timeout_seconds:g} s."
        except PlimsollError as error:
            fault, message = error.error_class, str(error)
        except OSError as error:
            fault, message = ErrorClass.INFRASTRUCTURE, f"It raised {type(error).__name__}: {error}"
        except Exception as error:  # noqa: BLE001 - the plug-in boundary: what the function raises is its result
            fault, message = ErrorClass.MODEL, f"It raised {type(error).__name__}: {error}"
        return fail_case(case, fault, message=message, latency_ms=self._elapsed_ms(began))

    def _read(self, case: Case, said: object, began: float) -> Sample:
        elapsed_ms = self._elapsed_ms(began)
        if isinstance(said, Sample):
            taken = elapsed_ms if said.latency_ms is None else said.latency_ms
            return msgspec.structs.replace(said, input=case.input, latency_ms=taken)
        output = read_output(said)
        outcome = Outcome.ABSTAINED if output is None else Outcome.ANSWERED
        return Sample(input=case.input, output=output, outcome=outcome, latency_ms=elapsed_ms)

    def _elapsed_ms(self, began: float) -> float:
        return (self._clock.monotonic() - began) * 1_000


def read_output(said: object) -> dict[str, object] | None:
    """Return what was said as an output; None for None. Raises TypeError for what is no JSON value of a reply."""
    if said is None:
        return None
    if isinstance(said, BaseModel):
        return cast("dict[str, object]", said.model_dump(mode="json"))
    if isinstance(said, Mapping):
        return dict(cast("Mapping[str, object]", said))
    if isinstance(said, str | int | float):
        return {"answer": said if isinstance(said, str) else str(said)}
    raise TypeError(f"it returned a {type(said).__name__}, not an object, a model, a text, a number or None")


def _is_ended() -> bool:
    """Tell whether the run ends; a function may also let through the cancellation of something of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
