"""What a kind hands back to the runner: how far it came, before it is dressed as a `Result`."""

from typing import Generic, TypeVar

import msgspec
from pydantic import BaseModel

from plimsoll.records import Citation, ErrorClass, Outcome, Passage

Out = TypeVar("Out", bound=BaseModel)


class Draft(msgspec.Struct, Generic[Out], frozen=True, kw_only=True):
    """How a kind ended."""

    outcome: Outcome
    """How the request ends."""
    value: Out | None = None
    """The output, where there is one."""
    citations: tuple[Citation, ...] = ()
    """Its verified quotations."""
    passages: tuple[Passage, ...] = ()
    """What was retrieved."""
    error_class: ErrorClass | None = None
    """Whose fault it was; None when nothing went wrong."""
    message: str = ""
    """Why there is no value."""
