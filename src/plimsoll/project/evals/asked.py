"""What is asked of an evaluation, and what it is expected to cost: two records of `project.evals`."""

import msgspec

NEWEST = "newest"
"""In place of a run's id: the feature's newest run that was interrupted."""


class EvalAsked(msgspec.Struct, frozen=True, kw_only=True):
    """How a feature is to be evaluated."""

    concurrency: int = 1
    """Requests at once, 1 to 64; latency is judged at 1 only."""
    repeats: int | None = None
    """How often each case is asked for; None: once, or as often as the run does that is gone on with."""
    max_cost_usd: float | None = None
    """The most that the whole run may cost, judges included; None: no cap."""
    model: str = ""
    """A model to ask in place of the feature's: a name of the settings, or `provider/model`; empty for its own."""
    prompt: str = ""
    """A prompt file in place of the feature's, relative to the project, with its parameters; empty for its own."""
    dataset: str = ""
    """A dataset in place of the feature's; empty for its own."""
    resume: str = ""
    """The interrupted run to go on with, by its id or the beginning of it, or `newest`; empty for a new run."""

    @property
    def variant(self) -> str:
        """Return what is changed of the feature's definition, in words; empty for nothing."""
        changes = {"model": self.model, "prompt": self.prompt}
        return ", ".join(f"{name}={value}" for name, value in changes.items() if value)


class CostEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is expected to cost."""

    requests: int
    """Requests that are still to be made: cases times repeats, less those that are done."""
    usd_per_request: float | None
    """What one of them costs, judges included; None when a price is unknown, which is not free."""
    spent_usd: float
    """What the run has cost already, as far as that is known."""
    basis: str
    """What the estimate rests on, in a few words."""

    @property
    def usd(self) -> float | None:
        """Return what the requests still to be made are expected to cost together."""
        return None if self.usd_per_request is None else self.usd_per_request * self.requests

    def describe(self) -> str:
        """Return the estimate as one sentence."""
        asked = f"{self.requests} request{'' if self.requests == 1 else 's'}"
        if self.usd is None:
            return f"What {asked} will cost is not known: {self.basis}."
        spent = f", after {self.spent_usd:.4g} USD already spent" if self.spent_usd else ""
        return f"About {self.usd:.4g} USD for {asked}{spent} ({self.basis})."
