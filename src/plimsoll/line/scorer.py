"""What a scorer is: the seam between the line, which names scorers in its bars, and `evals`, which brings them.

A scorer reads a case and what the feature made of it. It does no more than judge; whoever runs it stores the score.
It says three things apart: a judgement, "could not tell" (missing, counted) and "does not apply" (counts for nothing).
"""

from typing import Protocol

import msgspec

from plimsoll.records import Case, Citation, Outcome, Passage, Score


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a tool."""

    name: str
    """The tool."""
    arguments: dict[str, object] = {}
    """What it was called with, as a JSON object."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature made of one case."""

    input: dict[str, object]
    """The feature's input, as a JSON object."""
    output: dict[str, object] | None
    """The feature's output, as a JSON object; None when it gave no answer."""
    outcome: Outcome
    """How the request ended."""
    citations: tuple[Citation, ...] = ()
    """Verified quotations that the answer rests on."""
    passages: tuple[Passage, ...] = ()
    """What was retrieved, best first."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The tools that were called, in order."""
    latency_ms: float | None = None
    """How long the request took; None when it was not measured."""
    cost_usd: float | None = None
    """What the request cost; None when a price is unknown."""


class Scorer(Protocol):
    """Something that judges a sample."""

    @property
    def name(self) -> str:
        """Return the name that its scores carry, unique within a project."""
        ...

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Judge the sample; a score without a value could not tell, None says that the scorer does not apply."""
        ...


def asks_model(scorer: Scorer) -> bool:
    """Tell whether the scorer is a judge, which asks a model and may err: it has `asks_model = True`."""
    return getattr(scorer, "asks_model", False) is True


def judges_abstentions(scorer: Scorer) -> bool:
    """Tell whether a pass rate of the scorer reads requests without an answer too: it has `judges_abstentions = True`.

    Most scorers judge answers; one that asks whether silence was right has to see the silence.
    """
    return getattr(scorer, "judges_abstentions", False) is True
