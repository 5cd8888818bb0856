"""The embedded models, loaded when they are first needed: opening a project to list traces loads none."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np
from numpy.typing import NDArray

from plimsoll.gateway import (
    Embedded,
    Embedder,
    Embeddings,
    ModelTarget,
    Outgoing,
    find_model,
    load_embedder,
)
from plimsoll.project.models.choosing import EMBEDDED

_ENCODER = ModelTarget(alias=f"{EMBEDDED}/minilm", provider=EMBEDDED, model="minilm")


class EmbeddedOnDemand:
    """A `Provider` that becomes the embedded one at its first call."""

    name = EMBEDDED
    wires = Embedded.wires

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

    async def send(self, sent: Outgoing) -> bytes:
        """Answer out of the request's grounding, or abstain."""
        return await (await self._serve()).send(sent)

    @asynccontextmanager
    async def stream(self, sent: Outgoing) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Open the answer as events."""
        async with (await self._serve()).stream(sent) as pieces:
            yield pieces

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return vectors of length one."""
        return await (await self._serve()).embed(texts, target)

    async def embed_one(self, text: str) -> NDArray[np.float32]:
        """Return one text's vector, of length one."""
        return (await self.embed([text], _ENCODER)).vectors[0]

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
