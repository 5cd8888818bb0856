"""What can be evaluated: the seam between a run, which asks cases and scores replies, and whatever gives the replies.

A feature, a function and an HTTP endpoint are targets (`evals/targets`). A target never raises for what a request did;
it raises a ProjectError where every case would fail alike.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from plimsoll.line import Sample
from plimsoll.records import Case, ErrorClass, Outcome


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a target made of one case."""

    sample: Sample
    """What scorers judge: output, outcome, citations, time and cost."""
    error_class: ErrorClass | None = None
    """Who has to act, where something went wrong."""
    message: str = ""
    """Why there is no output, in one sentence; empty on an answer."""
    trace_id: str | None = None
    """The request's trace; None when there is none."""
    answered_by: frozenset[str] = frozenset()
    """The models that answered, as `provider/model`; empty when they were not told."""


class Target(Protocol):
    """Something that is asked for each case of a dataset."""

    async def ask(self, case: Case, *, tags: Mapping[str, str]) -> Reply:
        """Ask for one case; `tags` go on the request's trace where there is one."""
        ...


def refuse_input(case: Case, message: str) -> Reply:
    """Return the reply to a case whose input the target does not take: it counts for nothing, and is counted."""
    sample = Sample(input=case.input, output=None, outcome=Outcome.FAILED)
    return Reply(sample=sample, error_class=ErrorClass.VALIDATION, message=message)


def fail_case(case: Case, error_class: ErrorClass, *, message: str, latency_ms: float | None = None) -> Reply:
    """Return the reply of a request that came to nothing, and whose fault that is."""
    sample = Sample(input=case.input, output=None, outcome=Outcome.FAILED, latency_ms=latency_ms)
    return Reply(sample=sample, error_class=error_class, message=message)
