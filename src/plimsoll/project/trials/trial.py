"""What is tried in the playground, and what came of it. Records only."""

from typing import Literal

import msgspec

from plimsoll.project.evals.asked import CostEstimate
from plimsoll.records import Principal

MOST_CASES = 20
"""Cases of a dataset that one trial asks, each of both sides."""
TrialState = Literal["ready", "running", "done", "stopped"]
"""`ready`: its cost is known and nobody was asked yet. `stopped`: it ended before its end, for a reason."""


class TrialAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be tried; empty fields are as the feature has them."""

    feature: str
    """The feature."""
    prompt: str = ""
    """The prompt's whole text, without its head."""
    model: str = ""
    """The model to ask: an alias or `provider/model`."""
    temperature: float | None = None
    """Temperature of the call; None leaves it to the provider."""
    max_output_tokens: int | None = None
    """Longest answer; None leaves it to the provider."""
    text: str = ""
    """One input: a question, or a JSON object. Empty where cases of a dataset are asked."""
    dataset: str = ""
    """A dataset whose first cases are asked in place of one input."""
    cases: int = 5
    """How many of them, 1 to 20."""
    trace: str = ""
    """The trace that the input comes from; empty for none."""


class SideResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one case went on one side."""

    outcome: str
    """How the request ended."""
    output: str
    """What was answered, as it is kept; empty for nothing."""
    message: str
    """Why there is no answer."""
    scores: dict[str, bool | None]
    """Whether it passes each scorer; None where one could not tell."""
    cost_usd: float | None
    """What it cost; None when a price is unknown."""
    latency_ms: float | None
    """How long it took."""
    trace_id: str | None
    """Its trace."""


class CasePair(msgspec.Struct, frozen=True, kw_only=True):
    """One case on both sides."""

    case_id: str
    """The case."""
    input: str
    """What was asked, as JSON text."""
    present: SideResult
    """The feature as it is."""
    candidate: SideResult | None
    """What is tried; None while it was not asked."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, at one moment."""

    id: str
    """Its id."""
    owner: Principal
    """Who tries it; nobody else is shown it."""
    asked: TrialAsked
    """What is tried."""
    prompt_file: str
    """The candidate's prompt as a file, relative to the project."""
    present_model: str
    """The model that the feature asks, as `provider/model`."""
    candidate_model: str
    """The model that the candidate asks."""
    estimate: CostEstimate
    """What both sides will probably cost."""
    state: TrialState = "ready"
    """How far it is."""
    max_cost_usd: float | None = None
    """The most that it may cost; None: no cap."""
    done: int = 0
    """Requests that are done."""
    cost_usd: float = 0.0
    """What they cost so far, as far as prices are known."""
    pairs: tuple[CasePair, ...] = ()
    """Results, when it is done or was stopped."""
    reason: str = ""
    """Why it was stopped."""
    saved_as: str = ""
    """The candidate's prompt among the project's prompts; empty while it was not saved."""
    placed_in: str = ""
    """The feature's file, where the candidate was written into its place; empty while it was not."""

    def passes(self) -> dict[str, tuple[int, int, int]]:
        """Return, by scorer, how many cases pass now, pass with the candidate, and were told on both sides."""
        counts: dict[str, tuple[int, int, int]] = {}
        for pair in self.pairs:
            for name, before in pair.present.scores.items():
                after = pair.candidate.scores.get(name) if pair.candidate else None
                if before is None or after is None:
                    continue
                first, second, n = counts.get(name, (0, 0, 0))
                counts[name] = (first + before, second + after, n + 1)
        return counts
