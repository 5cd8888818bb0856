"""One judgement about one trace or case: a scorer's, a guard's, a user's or a reviewer's."""

from datetime import datetime
from enum import StrEnum

import msgspec


class ScoreSource(StrEnum):
    """What kind of judge gave a score."""

    CODE = "code"
    """A function."""
    MODEL = "model"
    """A model that was asked to judge."""
    GUARD = "guard"
    """A guard on input or output."""
    USER = "user"
    """The person the answer was for."""
    REVIEWER = "reviewer"
    """A person who was asked to judge."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A named value about a trace or a case."""

    name: str
    """Name of the scorer, e.g. `grounded`."""
    value: float | None
    """The value, in [0, 1] unless the scorer says otherwise; None when it could not tell (counted as missing)."""
    passed: bool | None = None
    """Whether the value passes the scorer's own threshold; None when the value is missing."""
    source: ScoreSource = ScoreSource.CODE
    """What kind of judge gave it."""
    by: str = ""
    """Who, exactly: a function's name, a model's name, a person's id."""
    trace_id: str | None = None
    """The trace it is about."""
    case_id: str | None = None
    """The case it is about."""
    reason: str = ""
    """Why, in one sentence."""
    at: datetime | None = None
    """When it was given, in UTC."""
