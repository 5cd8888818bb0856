"""The seam to whoever runs a model. `calling` and `streaming` use it; `providers/` holds the implementations."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

import msgspec

from plimsoll.gateway.chat import ChatRequest, Embeddings
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import Wire


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it goes to a provider."""

    wire: Wire
    """Whose JSON the fields are; one that the provider speaks."""
    fields: dict[str, msgspec.Raw]
    """The request's top-level fields, each as JSON; the model's name is the target's."""
    target: ModelTarget
    """The model that is asked."""
    connect_seconds: float = 10.0
    """Longest wait for a connection to be made."""
    request: ChatRequest | None = None
    """The same request as a record, where it was made in this process; the embedded reader needs its grounding."""


class Provider(Protocol):
    """Runs models. Failures are `UpstreamError`s; a cancelled call leaves nothing running at the provider's end."""

    @property
    def name(self) -> str:
        """Return the name under which spans, costs and errors speak of it."""
        ...

    @property
    def wires(self) -> tuple[Wire, ...]:
        """Return the wires that it speaks, the preferred one first."""
        ...

    async def send(self, sent: Outgoing) -> bytes:
        """Return the whole answer: JSON in the request's wire. Its caller bounds it in time."""
        ...

    def stream(self, sent: Outgoing) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the answer as server-sent events in the request's wire, in pieces of any length."""
        ...

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return a vector for each text, in order."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...


class RelayedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's answer, as it comes."""

    content_type: str
    """What the provider says it is."""
    chunks: AsyncIterator[bytes]
    """Its bytes, in pieces of any length."""


@runtime_checkable
class Relaying(Protocol):
    """A provider that takes such requests."""

    def relay(
        self, path: str, body: bytes, *, content_type: str, connect_seconds: float
    ) -> AbstractAsyncContextManager[RelayedAnswer]:
        """Open the answer. Raises the `UpstreamError`s."""
        ...


class Reranked(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of some texts against a question."""

    scores: tuple[float, ...]
    """One a text, in order; higher is nearer. Comparable within one answer only."""
    model: str
    """The model that answered, as the provider names it."""


@runtime_checkable
class Reranking(Protocol):
    """A provider that scores texts against a question."""

    async def rerank(
        self, question: str, texts: Sequence[str], target: ModelTarget, *, connect_seconds: float
    ) -> Reranked:
        """Return a score for each text. Raises the `UpstreamError`s; its caller bounds it in time."""
        ...
