"""Anthropic, on its own wire. It has no embeddings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.chat import Embeddings
from plimsoll.gateway.provider import Outgoing
from plimsoll.gateway.providers.completion import write_as_events
from plimsoll.gateway.providers.http_upstream import HttpUpstream, Limits
from plimsoll.gateway.providers.vectors import read_models
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import Wire
from plimsoll.records import Secret

_VERSION = "2023-06-01"
_PATH = "messages"
_encode = msgspec.json.Encoder().encode


class Anthropic:
    """Anthropic's messages interface, or a server that speaks it, behind a base URL."""

    wires = (Wire.MESSAGES,)

    def __init__(
        self, name: str, *, base_url: str, api_key: Secret | None = None, limits: Limits | None = None
    ) -> None:
        """Keep the address; raises InvalidSettings unless it is an http or https URL."""
        self.name = name
        self._limits = limits or Limits()
        headers = {"anthropic-version": _VERSION} | ({"x-api-key": api_key.reveal()} if api_key else {})
        self.http = HttpUpstream(name, base_url=base_url, headers=headers, secret=api_key, limits=self._limits)

    async def send(self, sent: Outgoing) -> bytes:
        """Return the answer's JSON. Raises the `UpstreamError`s."""
        return await self.http.post(_PATH, _write(sent), connect_seconds=sent.connect_seconds)

    def stream(self, sent: Outgoing) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the answer as events. Raises the `UpstreamError`s."""
        return self.http.stream(
            _PATH,
            _write(sent),
            connect_seconds=sent.connect_seconds,
            write_events=partial(write_as_events, sent.wire, provider=self.name),
        )

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Raise InvalidRequest: there are no embeddings here."""
        raise InvalidRequest(
            f"{self.name!r} speaks Anthropic's wire, which has no embeddings; asked for {target.model!r}.",
            next_step="Name an embedding model of another provider, or the embedded `plimsoll/minilm`.",
        )

    async def list_models(self) -> tuple[str, ...]:
        """Return the names of the models that the server offers, in its order. Raises the `UpstreamError`s."""
        return read_models(await self.http.get("models", seconds=self._limits.connect_seconds), provider=self.name)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.close()


def _write(sent: Outgoing) -> bytes:
    return _encode({**sent.fields, "model": sent.target.model})
