"""The seam to whoever runs a model. `Gateway` calls it; `providers/` holds the implementations."""

from collections.abc import Sequence
from typing import Protocol

from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import ChatReply, ChatRequest, Embeddings


class Provider(Protocol):
    """Runs models. Failures are `UpstreamError`s; a cancelled call leaves nothing running at the provider's end."""

    @property
    def name(self) -> str:
        """Return the name under which spans, costs and errors speak of it."""
        ...

    async def chat(self, request: ChatRequest, target: ModelTarget) -> ChatReply:
        """Answer a conversation within the request's time. Cost and latency may be left to the gateway."""
        ...

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return a vector for each text, in order."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...
