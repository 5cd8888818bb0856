"""Any server that speaks OpenAI's interface: a provider of models, vLLM, Ollama, llama.cpp, another gateway.

Requests go out as they came in; `Dialect` renames what a provider calls differently. `HttpUpstream` does the talking.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import msgspec
import numpy as np

from plimsoll.gateway.chat import Embeddings
from plimsoll.gateway.provider import Outgoing, RelayedAnswer, Reranked
from plimsoll.gateway.providers.completion import write_as_events
from plimsoll.gateway.providers.dialect import Dialect, adapt
from plimsoll.gateway.providers.http_upstream import HttpUpstream, Limits
from plimsoll.gateway.providers.ranks import read_rerank, write_rerank
from plimsoll.gateway.providers.vectors import read_embeddings, read_models, write_embeddings
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import Wire
from plimsoll.records import Secret, Usage

_PATHS = {Wire.CHAT: "chat/completions", Wire.RESPONSES: "responses"}
_encode = msgspec.json.Encoder().encode


class OpenAICompatible:
    """A provider behind a base URL. Build it anywhere; connect it on the event loop that calls it."""

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        api_key: Secret | None = None,
        dialect: Dialect | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Keep the address; raises InvalidSettings unless it is an http or https URL."""
        self.name = name
        self._dialect = dialect or Dialect()
        self._limits = limits or Limits()
        headers = {"Authorization": f"Bearer {api_key.reveal()}"} if api_key else {}
        self.http = HttpUpstream(name, base_url=base_url, headers=headers, secret=api_key, limits=self._limits)

    @property
    def wires(self) -> tuple[Wire, ...]:
        """Return chat completions, and responses where the provider has them."""
        return (Wire.CHAT, Wire.RESPONSES) if self._dialect.has_responses else (Wire.CHAT,)

    async def send(self, sent: Outgoing) -> bytes:
        """Return the answer's JSON. Raises the `UpstreamError`s."""
        return await self.http.post(_PATHS[sent.wire], self._write(sent), connect_seconds=sent.connect_seconds)

    def stream(self, sent: Outgoing) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the answer as events. Raises the `UpstreamError`s."""
        return self.http.stream(
            _PATHS[sent.wire],
            self._write(sent),
            connect_seconds=sent.connect_seconds,
            write_events=partial(write_as_events, sent.wire, provider=self.name),
        )

    def relay(
        self, path: str, body: bytes, *, content_type: str, connect_seconds: float
    ) -> AbstractAsyncContextManager[RelayedAnswer]:
        """Open the answer to a request that goes out as it came. Raises the `UpstreamError`s."""
        return self.http.relay(path, body, content_type=content_type, connect_seconds=connect_seconds)

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return a vector for each text; none are asked for none. Raises the `UpstreamError`s."""
        if not texts:
            return Embeddings(vectors=np.zeros((0, 0), np.float32), usage=Usage(), truncated=(), model=target.model)
        sent = write_embeddings(texts, target)
        body = await self.http.post("embeddings", sent, connect_seconds=self._limits.connect_seconds)
        return read_embeddings(body, provider=self.name, target=target, texts=texts)

    async def rerank(
        self, question: str, texts: Sequence[str], target: ModelTarget, *, connect_seconds: float
    ) -> Reranked:
        """Return a score for each text, from an endpoint as Cohere, Jina and vLLM have. Raises the `UpstreamError`s."""
        sent = write_rerank(question, texts, target)
        body = await self.http.post("rerank", sent, connect_seconds=connect_seconds)
        return read_rerank(body, provider=self.name, target=target, count=len(texts))

    async def list_models(self) -> tuple[str, ...]:
        """Return the names of the models that the server offers, in its order. Raises the `UpstreamError`s."""
        return read_models(await self.http.get("models", seconds=self._limits.connect_seconds), provider=self.name)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.close()

    def _write(self, sent: Outgoing) -> bytes:
        fields = adapt(sent.fields, self._dialect) if sent.wire is Wire.CHAT else sent.fields
        return _encode({**fields, "model": sent.target.model})
