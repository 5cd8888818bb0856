"""Vectors from the open project, for whoever runs inside one: scorers that compare meanings.

Bound like features are; it goes through the gateway, so that vectors are traced, priced and limited.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import NotBound
from plimsoll.features.binding import current_binding


@runtime_checkable
class EmbedsTexts(Protocol):
    """A runtime that can ask an embedding model."""

    async def embed(self, texts: Sequence[str], *, model: str) -> NDArray[np.float32]:
        """Return a vector of length one for each text, [n, d]."""
        ...


async def embed_texts(texts: Sequence[str], *, model: str = "plimsoll/minilm") -> NDArray[np.float32]:
    """Return a vector of length one for each text, by an embedding model of the open project: [n, d], float32.

    Raises NotBound without a project, NotFound for an unknown model, and what the gateway raises.
    """
    runtime = current_binding("embed_texts").runtime
    if not isinstance(runtime, EmbedsTexts):
        raise NotBound(
            "What runs features here has no embedding model.",
            next_step='Open a project around the call: `async with plimsoll.open("."): ...`.',
        )
    vectors = await runtime.embed(texts, model=model)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
