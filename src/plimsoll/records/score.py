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
    EXTERNAL = "external"
    """Another program, which sent its verdict and not how it came to it."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A named value about a trace or a case."""

    name: str
    """Name of the scorer, e.g. `grounded`."""
    value: float | None
    """The value, in [0, 1] unless the scorer says otherwise; None when it could not tell (counted as missing)."""
    passed: bool | None = None
    """Whether the value passes the scorer's own threshold; None when the value is missing."""
    label: str = ""
    """What was found, where a class or a number was asked for: `refund`, `12.5`; empty otherwise."""
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
    version: str = ""
    """Version of the judge that gave it, a hash of rubric, model and scale; empty for a scorer that asks no model."""
    cost_usd: float | None = None
    """What giving it cost, where that was counted by itself, as it is online; None where not, or a price is unknown."""
    inclusion: float = 1.0
    """Chance with which its trace was chosen to be judged, above 0 up to 1; 1 where every one is."""
