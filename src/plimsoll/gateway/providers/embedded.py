"""The provider that needs no key and no network: vectors of the embedded model, answers of the extractive reader.

It serves `minilm` (vectors) and `reader` (answers out of a request's grounding). Work runs in threads, a bounded number
at once, so that the event loop stays free.
"""

from collections.abc import Sequence

import anyio
import anyio.to_thread
import msgspec

from plimsoll.errors import InvalidRequest, ModelMissing, NotFound, unknown_name
from plimsoll.gateway.model.embedder import Embedder
from plimsoll.gateway.reader import ReaderSettings, extract_answer
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import ChatReply, ChatRequest, Embeddings, Grounding, estimate_tokens
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

    def __init__(
        self, embedder: Embedder | None = None, *, reader: ReaderSettings | None = None, at_once: int = 2
    ) -> None:
        self._embedder = embedder
        self._settings = reader or ReaderSettings()
        self._limit = anyio.CapacityLimiter(at_once)

    async def chat(self, request: ChatRequest, target: ModelTarget) -> ChatReply:
        """Answer out of the request's grounding, or abstain. Raises InvalidRequest where there is none."""
        check_model(target, READER)
        if request.grounding is None:
            raise InvalidRequest(
                "The embedded reader quotes passages and this request has none.",
                next_step="Give the feature a retrieval, or a model of a provider.",
            )
        return await anyio.to_thread.run_sync(
            self._read, request, request.grounding, limiter=self._limit, abandon_on_cancel=True
        )

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

    def _read(self, request: ChatRequest, grounding: Grounding) -> ChatReply:
        text = msgspec.json.encode(extract_answer(grounding, self._settings)).decode()
        usage = Usage(
            input_tokens=sum(self._count(message.content) for message in request.messages),
            output_tokens=self._count(text),
            is_estimated=self._embedder is None,
        )
        return ChatReply(text=text, model=READER, provider=self.name, usage=usage, cost_usd=0.0)

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
