"""The embedded models, loaded when they are first needed: opening a project to list traces loads none."""

import asyncio
from collections.abc import Sequence

from plimsoll.gateway import (
    ChatReply,
    ChatRequest,
    Embedded,
    Embedder,
    Embeddings,
    ModelTarget,
    find_model,
    load_embedder,
)
from plimsoll.project.choosing import EMBEDDED


class EmbeddedOnDemand:
    """A `Provider` that becomes the embedded one at its first call."""

    name = EMBEDDED

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._embedder: Embedder | None = None
        self._provider: Embedded | None = None

    async def embedder(self) -> Embedder:
        """Return the embedder, loaded once; raises ModelMissing when it is not installed."""
        async with self._lock:
            if self._embedder is None:
                self._embedder = await asyncio.to_thread(_load)
            return self._embedder

    async def chat(self, request: ChatRequest, target: ModelTarget) -> ChatReply:
        """Answer out of the request's grounding, or abstain."""
        return await (await self._serve()).chat(request, target)

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return vectors of length one."""
        return await (await self._serve()).embed(texts, target)

    async def close(self) -> None:
        """Let go of the model."""
        self._embedder = None
        self._provider = None

    async def _serve(self) -> Embedded:
        if self._provider is None:
            self._provider = Embedded(await self.embedder())
        return self._provider


def _load() -> Embedder:
    return load_embedder(find_model())
