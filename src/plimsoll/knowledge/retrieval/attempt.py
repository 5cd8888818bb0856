"""How far one retrieval came, against its clock: the time that is left, and the steps that were dropped for it.

`search` makes one for each question and asks it before every step that can be done without.
"""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.trace import get_current_span

from plimsoll.knowledge.retrieval.plan import RetrievalPlan
from plimsoll.knowledge.retrieval.result import Degradation, Step, StepTime, TimedStep
from plimsoll.records import Clock

LONGEST_SECONDS = 10.0
"""Time that a retrieval without a deadline of its own takes at most."""
_REWRITE_BY, _DENSE_BY, _RERANK_BY = 0.5, 0.6, 0.9
"""Shares of the deadline by which each step must have ended, so that those after it still come in time."""
_LEAST_SECONDS = 0.005


class Attempt:
    """One retrieval's time and losses."""

    def __init__(self, plan: RetrievalPlan, clock: Clock) -> None:
        self._plan = plan
        self._clock = clock
        self._began = clock.monotonic()
        self._dropped: list[Degradation] = []
        self._times: dict[TimedStep, float] = {}

    @property
    def has_deadline(self) -> bool:
        """Return whether steps are dropped to keep to a time."""
        return self._plan.deadline_ms > 0

    @property
    def seconds(self) -> float:
        """Return the time that the whole may take."""
        return self._plan.deadline_ms / 1_000 if self.has_deadline else LONGEST_SECONDS

    @property
    def dropped(self) -> tuple[Degradation, ...]:
        """Return the steps that were left out, in order."""
        return tuple(self._dropped)

    @property
    def times(self) -> tuple[StepTime, ...]:
        """Return how long each step took, in order."""
        return tuple(StepTime(step=step, milliseconds=seconds * 1_000) for step, seconds in self._times.items())

    @contextmanager
    def timed(self, step: TimedStep) -> Generator[None]:
        """Count the time of the block to the step, however it ends."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self._times[step] = self._times.get(step, 0.0) + self._clock.monotonic() - began

    def has_dropped(self, step: Step) -> bool:
        """Tell whether the step was left out."""
        return any(one.step == step for one in self._dropped)

    def drop(self, step: Step, reason: str) -> None:
        """Record that a step is left out: in the result, and as an event of the span."""
        self._dropped.append(Degradation(step=step, reason=reason))
        get_current_span().add_event(f"{step} dropped", {"plimsoll.step": step, "plimsoll.reason": reason})

    def seconds_to_rewrite(self) -> float:
        """Return the time that rewriting may take."""
        return max(_LEAST_SECONDS, min(self._plan.rewrite_ms / 1_000, self._until(_REWRITE_BY)))

    def seconds_to_embed(self) -> float:
        """Return the time that embedding the question may take."""
        return max(_LEAST_SECONDS, self._until(_DENSE_BY))

    def seconds_to_rerank(self) -> float:
        """Return the time that reranking may take; 0 where none is left."""
        left = self._until(_RERANK_BY)
        return left if left > _LEAST_SECONDS else 0.0

    def _until(self, share: float) -> float:
        return share * self.seconds - (self._clock.monotonic() - self._began)
