"""What the runner asks of models: the gateway, or in a replay what it answered before."""

from collections.abc import Callable, Sequence
from typing import Protocol

from plimsoll.gateway import ChatReply, ChatRequest, Embeddings, ModelTarget, ReplyFacts
from plimsoll.records import Principal


class ModelDoor(Protocol):
    """The door to every model that features ask."""

    def resolve(self, name: str) -> ModelTarget:
        """Return the first target of a name. Raises NotFound."""
        ...

    async def chat(
        self,
        request: ChatRequest,
        *,
        caller: Principal | None = None,
        feature: str | None = None,
        accept: Callable[[ReplyFacts], str] | None = None,
    ) -> ChatReply:
        """Answer a conversation as text; `accept` says why an answer cannot be used, or nothing."""
        ...

    async def embed(self, texts: Sequence[str], *, model: str, caller: Principal | None = None) -> Embeddings:
        """Return a vector for each text."""
        ...
