"""Any server that speaks OpenAI's chat and embeddings interface: a provider of models, vLLM, Ollama, a gateway.

One connection pool a provider, bounded; one attempt a call. Every failure becomes one of the `UpstreamError`s, with the
provider's own words in it and never the key. Redirects are not followed: they would carry the key elsewhere.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

import aiohttp
import msgspec
import numpy as np

from plimsoll.errors import InvalidSettings, ProviderRefused, ProviderTimeout, ProviderUnreachable, UnusableAnswer
from plimsoll.gateway.providers.dialect import Dialect
from plimsoll.gateway.providers.openai_wire import (
    read_chat,
    read_embeddings,
    read_failure,
    read_models,
    write_chat,
    write_embeddings,
)
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import ChatReply, ChatRequest, Embeddings
from plimsoll.records import Secret, Usage

_JSON = "application/json"
_SUCCESS = range(200, 300)
_FAILURE_BYTES = 65_536
_CHUNK_BYTES = 65_536
_ADVICE = {
    401: "Check the provider's key.",
    403: "Check what the provider's key may do.",
    404: "Check the model's name and the provider's base URL.",
    429: "Wait, or ask the provider for a higher limit.",
}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one provider may use."""

    connections: int = 256
    """Most connections at once; further calls wait, within their own time."""
    connect_seconds: float = 10.0
    """Longest wait for a connection to be made."""
    embed_seconds: float = 60.0
    """Longest wait for vectors or for a list of models."""
    answer_bytes: int = 16 * 1024 * 1024
    """Largest answer read, after decompression."""


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
        check_url(name, base_url)
        self.name = name
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._dialect = dialect or Dialect()
        self._limits = limits or Limits()
        self._session: aiohttp.ClientSession | None = None

    async def chat(self, request: ChatRequest, target: ModelTarget) -> ChatReply:
        """Answer a conversation. Raises the `UpstreamError`s."""
        sent = write_chat(request, target, self._dialect)
        body = await self._ask("POST", "chat/completions", sent, seconds=request.timeout_seconds)
        return read_chat(body, provider=self.name, target=target, request=request)

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return a vector for each text; none are asked for none. Raises the `UpstreamError`s."""
        if not texts:
            return Embeddings(vectors=np.zeros((0, 0), np.float32), usage=Usage(), truncated=(), model=target.model)
        sent = write_embeddings(texts, target)
        body = await self._ask("POST", "embeddings", sent, seconds=self._limits.embed_seconds)
        return read_embeddings(body, provider=self.name, target=target, texts=texts)

    async def list_models(self) -> tuple[str, ...]:
        """Return the names of the models that the server offers, in its order. Raises the `UpstreamError`s."""
        body = await self._ask("GET", "models", None, seconds=self._limits.connect_seconds)
        return read_models(body, provider=self.name)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self, method: str, path: str, sent: bytes | None, *, seconds: float) -> bytes:
        """Make one call and return the body of a successful JSON answer."""
        url = f"{self._base_url}/{path}"
        try:
            async with asyncio.timeout(seconds), self._open(method, url, sent) as response:
                if response.status not in _SUCCESS:
                    raise self._refusal(response, await read_at_most(response, _FAILURE_BYTES))
                return await self._read_answer(response)
        except TimeoutError as error:
            raise ProviderTimeout(f"{self.name!r} did not answer within {seconds:g} s.") from error
        except (aiohttp.ClientError, ConnectionError) as error:
            reason = self._hide_key(str(error) or type(error).__name__)
            raise ProviderUnreachable(
                f"The connection to {self.name!r} at {self._base_url!r} failed: {reason}.",
                next_step="Check the address and whether the server runs.",
            ) from error

    def _open(self, method: str, url: str, sent: bytes | None) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._connect().request(method, url, data=sent, allow_redirects=False)

    def _connect(self) -> aiohttp.ClientSession:
        """Return the pool, made on first use since it belongs to the running event loop."""
        if self._session is None:
            headers = {"Content-Type": _JSON, "Accept": _JSON}
            if self._api_key:
                headers["Authorization"] = f"Bearer {self._api_key.reveal()}"
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limits.connections),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_seconds),
            )
        return self._session

    async def _read_answer(self, response: aiohttp.ClientResponse) -> bytes:
        if not response.content_type.endswith("json"):
            raise UnusableAnswer(f"{self.name!r} answered with {response.content_type!r} instead of JSON.")
        body = await read_at_most(response, self._limits.answer_bytes)
        if body is None:
            raise UnusableAnswer(f"{self.name!r} answered with more than {self._limits.answer_bytes} bytes.")
        return body

    def _refusal(self, response: aiohttp.ClientResponse, body: bytes | None) -> ProviderRefused:
        said = self._hide_key(read_failure(body or b"")) or response.reason or "no reason given"
        wait = response.headers.get("Retry-After", "")
        advice = f"Wait {wait[:40]} s." if wait.isdecimal() else _ADVICE.get(response.status, "")
        return ProviderRefused(f"{self.name!r} answered HTTP {response.status}: {said}.", next_step=advice)

    def _hide_key(self, text: str) -> str:
        return text.replace(self._api_key.reveal(), "***") if self._api_key else text


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """Return the body, or None where it is larger than `most` bytes; what is beyond is not read."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def check_url(name: str, base_url: str) -> None:
    """Raise InvalidSettings unless the URL is one that can be called."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSettings(
            f"The base URL of provider {name!r} is {base_url!r}, which is no http or https URL.",
            next_step="Write it as 'https://host/v1'.",
        )
