"""A feature as a target: each case is a request like any other, through the feature's `Runtime`."""

from collections.abc import Mapping
from typing import Generic, TypeVar, cast

from pydantic import BaseModel

from plimsoll.errors import InvalidRequest
from plimsoll.evals.target import Reply, refuse_input
from plimsoll.features import Feature, Result, Runtime, tallied
from plimsoll.line import Sample
from plimsoll.records import Case, Principal

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)


class FeatureTarget(Generic[In, Out]):
    """Asks a feature."""

    def __init__(self, feature: Feature[In, Out], runtime: Runtime, caller: Principal | None = None) -> None:
        """Take the feature, what runs it, and who asks: None for the person at this machine."""
        self._feature = feature
        self._runtime = runtime
        self._caller = caller

    async def ask(self, case: Case, *, tags: Mapping[str, str]) -> Reply:
        """Run the feature on the case's input."""
        try:
            value = self._feature.parse_input(case.input)
        except InvalidRequest as error:
            return refuse_input(case, str(error))
        with tallied() as tally:
            result = await self._runtime.run(self._feature, value, self._caller, tags=tags)
        return Reply(
            sample=_sample(case, result),
            error_class=result.error_class,
            message=result.message,
            trace_id=result.trace_id,
            answered_by=frozenset(tally.models),
        )


def _sample(case: Case, result: Result[Out]) -> Sample:
    return Sample(
        input=case.input,
        output=cast("dict[str, object]", result.value.model_dump(mode="json")) if result.value is not None else None,
        outcome=result.outcome,
        citations=result.citations,
        passages=result.passages,
        latency_ms=result.latency_ms,
        cost_usd=result.cost_usd,
    )
