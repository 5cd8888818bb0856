"""What a kind hands back to the runner, before it is dressed as a `Result`; and the drafts of the ways to fail."""

from typing import Generic, TypeVar

import msgspec
from pydantic import BaseModel

from plimsoll.errors import BudgetExhausted, LimitReached, PlimsollError
from plimsoll.features.failures import Failures, outcome_of
from plimsoll.records import Citation, ErrorClass, Outcome

Out = TypeVar("Out", bound=BaseModel)

_REFUSALS = frozenset({ErrorClass.POLICY, ErrorClass.LIMIT})


class Draft(msgspec.Struct, Generic[Out], frozen=True, kw_only=True):
    """How a request ended."""

    outcome: Outcome
    """How the request ends."""
    value: Out | None = None
    """The output, where there is one."""
    citations: tuple[Citation, ...] = ()
    """Its verified quotations."""
    error_class: ErrorClass | None = None
    """Whose fault it was; None when nothing went wrong."""
    error_type: str = ""
    """What went wrong, in one word for counting; empty when nothing did."""
    message: str = ""
    """Why there is no value."""
    warnings: tuple[str, ...] = ()
    """What a reader of the answer should know."""


def draft_empty(message: str, *, on: Failures) -> Draft[Out]:
    """Return the end of a request for which there are no documents."""
    return Draft(outcome=outcome_of(on.empty), message=message)


def draft_irrelevant(message: str, *, on: Failures) -> Draft[Out]:
    """Return the end of a request for which the documents that were found hold no answer."""
    return Draft(outcome=outcome_of(on.irrelevant or on.empty), message=message)


def draft_stale(message: str, *, on: Failures) -> Draft[Out]:
    """Return the end of a request that only documents answer which are too old."""
    return Draft(outcome=outcome_of(on.stale), message=message)


def draft_unusable(problem: str, *, on: Failures) -> Draft[Out]:
    """Return the end of a request whose model gave nothing that could be used."""
    message = f"The model's answer could not be used, twice: {problem}."
    return Draft(
        outcome=outcome_of(on.invalid), error_class=ErrorClass.MODEL, error_type="unusable_answer", message=message
    )


def draft_timed_out(seconds: float, *, on: Failures) -> Draft[Out]:
    """Return the end of a request that did not finish in time."""
    return Draft(
        outcome=outcome_of(on.timeout),
        error_class=ErrorClass.INFRASTRUCTURE,
        error_type="timeout",
        message=f"There was no answer within {seconds:g} s.",
    )


def draft_wrong_input(message: str) -> Draft[Out]:
    """Return the end of a request whose input is not of the declared model."""
    return Draft(
        outcome=Outcome.FAILED, error_class=ErrorClass.VALIDATION, error_type="invalid_request", message=message
    )


def draft_error(error: PlimsollError, *, on: Failures) -> Draft[Out]:
    """Return the end of a request that one of our own errors stopped: refused by a policy or limit, else failed."""
    outcome = Outcome.REFUSED if error.error_class in _REFUSALS else Outcome.FAILED
    if isinstance(error, LimitReached | BudgetExhausted):
        outcome = outcome_of(on.over_budget)
    return Draft(
        outcome=outcome,
        error_class=error.error_class,
        error_type=error.code,
        message=str(error),
    )


def draft_unexpected(error: Exception) -> Draft[Out]:
    """Return the end of a request that met a defect; its text stays in the trace."""
    kind = type(error).__name__
    return Draft(
        outcome=Outcome.FAILED,
        error_class=ErrorClass.INFRASTRUCTURE,
        error_type=kind,
        message=f"Something broke inside ({kind}); the trace holds what.",
    )
