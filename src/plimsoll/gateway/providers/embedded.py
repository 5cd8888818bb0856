"""The provider that needs no key and no network: vectors of the embedded model, answers of the extractive reader.

It serves `minilm` (vectors) and `reader` (answers out of a request's grounding). Work runs in threads, a bounded number
at once, so that the event loop stays free.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

import anyio
import anyio.to_thread
import msgspec

from plimsoll.errors import InvalidRequest, ModelMissing, NotFound, unknown_name
from plimsoll.gateway.chat import ChatRequest, Embeddings, Grounding, estimate_tokens
from plimsoll.gateway.model.embedder import Embedder
from plimsoll.gateway.provider import Outgoing
from plimsoll.gateway.providers.completion import stream_whole, write_completion
from plimsoll.gateway.reader import ReaderSettings, extract_answer
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import Wire
from plimsoll.records import Usage

EMBEDDED_NAME = "plimsoll"
"""The provider's name: models are `plimsoll/minilm` and `plimsoll/reader`."""
READER = "reader"
"""The extractive reader."""
MINILM_MODEL = "minilm"
"""The sentence encoder."""

_SPECIAL_TOKENS = 2


class Embedded:
    """Serves the embedded models. Without an embedder it reads, but has no vectors."""

    name = EMBEDDED_NAME
    wires = (Wire.CHAT,)

    def __init__(
        self, embedder: Embedder | None = None, *, reader: ReaderSettings | None = None, at_once: int = 2
    ) -> None:
        self._embedder = embedder
        self._settings = reader or ReaderSettings()
        self._limit = anyio.CapacityLimiter(at_once)

    async def send(self, sent: Outgoing) -> bytes:
        """Answer out of the request's grounding, or abstain. Raises InvalidRequest where there is none."""
        check_model(sent.target, READER)
        if sent.request is None or sent.request.grounding is None:
            raise InvalidRequest(
                "The embedded reader quotes passages and this request has none.",
                next_step="Ask a feature (`plimsoll/FEATURE`), or a model of a provider.",
            )
        return await anyio.to_thread.run_sync(
            self._read, sent.request, sent.request.grounding, limiter=self._limit, abandon_on_cancel=True
        )

    def stream(self, sent: Outgoing) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the answer as events; it is written whole first."""
        return stream_whole(self.send(sent))

    async def embed(self, texts: Sequence[str], target: ModelTarget) -> Embeddings:
        """Return vectors of length one. Raises ModelMissing without an embedder."""
        check_model(target, MINILM_MODEL)
        if self._embedder is None:
            raise ModelMissing("The embedded model is not loaded.", next_step="Run `plimsoll models install`.")
        return await anyio.to_thread.run_sync(
            embed_texts, self._embedder, texts, limiter=self._limit, abandon_on_cancel=True
        )

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _read(self, request: ChatRequest, grounding: Grounding) -> bytes:
        text = msgspec.json.encode(extract_answer(grounding, self._settings)).decode()
        usage = Usage(
            input_tokens=sum(self._count(message.content) for message in request.messages),
            output_tokens=self._count(text),
        )
        return write_completion(text, model=READER, usage=None if self._embedder is None else usage)

    def _count(self, text: str) -> int:
        if self._embedder is None:
            return estimate_tokens(text)
        return self._embedder.count_tokens(text) - _SPECIAL_TOKENS


def check_model(target: ModelTarget, served: str) -> None:
    """Raise NotFound unless the target is the embedded model that does this kind of work."""
    if target.model != served:
        name = f"{EMBEDDED_NAME}/{target.model}"
        raise NotFound(
            unknown_name("embedded model", name, [f"{EMBEDDED_NAME}/{served}"]),
            next_step="Correct the model's name in plimsoll.toml or in the feature.",
        )


def embed_texts(embedder: Embedder, texts: Sequence[str]) -> Embeddings:
    """Embed with the embedded model; it costs nothing."""
    read = embedder.embed_counted(texts)
    return Embeddings(
        vectors=read.vectors,
        usage=Usage(input_tokens=sum(read.token_counts)),
        truncated=read.truncated,
        model=MINILM_MODEL,
        cost_usd=0.0,
    )
