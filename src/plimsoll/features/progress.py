"""How far a request came: kept outside the steps, so that a failure keeps its bill and what was found before it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from plimsoll.features.retrieval import Retrieved
from plimsoll.gateway import ChatReply
from plimsoll.knowledge import Degradation, Finding
from plimsoll.records import Passage, Usage


@dataclass
class Progress:
    """What one request has used and found so far."""

    usage: Usage = field(default_factory=Usage)
    """Tokens of all model calls that were answered."""
    cost_usd: float | None = 0.0
    """Their cost; None as soon as one has no known price, or was given up on and may be billed."""
    passages: tuple[Passage, ...] = ()
    """What was retrieved."""
    finding: Finding | None = None
    """What the retrieval came to; None where there was none."""
    degraded: tuple[Degradation, ...] = ()
    """The steps that it left out."""
    config_hash: str = ""
    """Hash of what the feature runs with; empty before it was checked."""
    models: set[str] = field(default_factory=set[str])
    """The models that answered, as `provider/model`."""
    is_waiting: bool = False
    """True while a model call is under way."""

    def count(self, reply: ChatReply) -> None:
        """Add one reply."""
        self.is_waiting = False
        self.models.add(f"{reply.provider}/{reply.model}")
        self.usage = self.usage + reply.usage
        if self.cost_usd is not None and reply.cost_usd is not None:
            self.cost_usd += reply.cost_usd
        else:
            self.cost_usd = None

    def note(self, found: Retrieved) -> None:
        """Keep what was retrieved."""
        self.passages, self.finding, self.degraded = found.passages, found.finding, found.degraded

    def keep(self, readable: Collection[str]) -> None:
        """Take out the passages of which a chunk is not among those that the caller may still read."""
        self.passages = tuple(one for one in self.passages if all(chunk in readable for chunk in one.chunk_ids()))

    def give_up(self) -> None:
        """Say that nothing more is waited for: the cost of a call under way is not known."""
        if self.is_waiting:
            self.cost_usd = None
