"""The models that a corpus's retrieval asks, out of what the settings name: a reranker and a rewriter."""

import asyncio
from pathlib import Path

from plimsoll.gateway import Gateway, load_cross_encoder
from plimsoll.knowledge import LocalReranker, ModelRewriter, ProviderReranker, Reranker, Rewriter

_FOLDER_STARTS = ("./", "../", "/")


class RetrievalModels:
    """Makes them when a corpus is opened."""

    def __init__(self, gateway: Gateway, *, folder: Path) -> None:
        """Take the door to every model; folders are relative to the project's."""
        self._gateway = gateway
        self._folder = folder

    async def reranker(self, named: str) -> Reranker | None:
        """Return the named reranker, None for no name. Raises ModelMissing, and NotFound for an unknown model."""
        if not named:
            return None
        if named.startswith(_FOLDER_STARTS):
            return LocalReranker(await asyncio.to_thread(load_cross_encoder, self._folder / named))
        self._gateway.resolve(named)
        return ProviderReranker(self._gateway, named)

    def rewriter(self, named: str) -> Rewriter | None:
        """Return the named rewriter, None for no name. Raises NotFound for an unknown model."""
        if not named:
            return None
        self._gateway.resolve(named)
        return ModelRewriter(self._gateway, named)
