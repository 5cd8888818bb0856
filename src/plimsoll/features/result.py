"""What a call of a feature gives back: an outcome that is always there, and the value where there is one.

Made by the runner, read by whoever called the feature. Expected failures are outcomes here, never exceptions.
"""

from typing import Generic, TypeVar

import msgspec
from pydantic import BaseModel

from plimsoll.knowledge import Degradation, Finding
from plimsoll.records import Citation, ErrorClass, Outcome, Passage, Usage

Value_co = TypeVar("Value_co", bound=BaseModel, covariant=True)


class Result(msgspec.Struct, Generic[Value_co], frozen=True, kw_only=True):
    """How one request to a feature ended."""

    outcome: Outcome
    """How it ended; read this first."""
    value: Value_co | None = None
    """The answer, of the feature's output model; None unless the outcome is `answered`."""
    citations: tuple[Citation, ...] = ()
    """The quotations of the answer that were found, character by character, in the retrieved documents."""
    passages: tuple[Passage, ...] = ()
    """What retrieval found, best first; there on an abstention as well, so that a reader can look for themselves."""
    trace_id: str
    """The request's trace."""
    cost_usd: float | None = None
    """What the model calls cost; None when a price is not known."""
    latency_ms: float
    """From the call to this result."""
    usage: Usage = Usage()
    """Tokens of all model calls of the request."""
    error_class: ErrorClass | None = None
    """Whose fault it was; None when nothing went wrong."""
    message: str = ""
    """Why there is no value, in one sentence; empty on an answer."""
    finding: Finding | None = None
    """What retrieval came to: `found`, `empty`, `irrelevant` or `stale`; None where there was none."""
    degraded: tuple[Degradation, ...] = ()
    """The steps that retrieval did without, and why."""
    warnings: tuple[str, ...] = ()
    """What a reader of the answer should know, such as the age of what it cites."""
    config_hash: str = ""
    """Hash of what the feature ran with; empty where it did not come that far."""

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON object, in the shape that the command line and HTTP share."""
        value = self.value.model_dump(mode="json") if self.value is not None else None
        return {
            "outcome": self.outcome.value,
            "value": value,
            "citations": msgspec.to_builtins(self.citations),
            "passages": msgspec.to_builtins(self.passages),
            "trace_id": self.trace_id,
            "cost_usd": self.cost_usd,
            "latency_ms": round(self.latency_ms, 3),
            "usage": msgspec.to_builtins(self.usage),
            "error_class": self.error_class.value if self.error_class else None,
            "message": self.message,
            "finding": self.finding,
            "degraded": msgspec.to_builtins(self.degraded),
            "warnings": list(self.warnings),
        }
