"""How a request ended, and whose fault a failure was."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a request to a feature ended, as its caller sees it."""

    ANSWERED = "answered"
    """The feature gave an answer that passed its checks."""
    ABSTAINED = "abstained"
    """The feature found no ground for an answer and said so."""
    DEGRADED = "degraded"
    """The feature answered with less than it was asked for, and says which part is missing."""
    REFUSED = "refused"
    """A policy or a limit forbade the answer."""
    HANDED_TO_HUMAN = "handed_to_human"
    """A person takes it from here."""
    FAILED = "failed"
    """Something broke; `ErrorClass` says what."""


class ErrorClass(StrEnum):
    """Who has to act on a failure. Kept apart from the request to the last table."""

    MODEL = "model"
    """The model's answer could not be used."""
    INFRASTRUCTURE = "infrastructure"
    """A network, a provider, a disk or a database did not do its part."""
    VALIDATION = "validation"
    """What the caller sent is not of the declared shape."""
    POLICY = "policy"
    """The caller may not do this, or a guard forbade it."""
    LIMIT = "limit"
    """A rate, a size or a budget is used up."""
