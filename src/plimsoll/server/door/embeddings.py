"""`POST /v1/embeddings`: vectors of texts, as OpenAI's SDK asks for them. The gateway computes or buys them."""

import base64
from typing import Literal

import msgspec
import numpy as np

from plimsoll.errors import InvalidRequest
from plimsoll.gateway import Embeddings, Gateway
from plimsoll.records import Principal
from plimsoll.server.auth import check_scope
from plimsoll.server.door.exchange import Exchange, Header
from plimsoll.server.door.receipt import safe_value

_encode = msgspec.json.Encoder().encode


class _Asked(msgspec.Struct):
    """The request, as far as it is read."""

    model: str
    input: str | list[str]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None


_decode = msgspec.json.Decoder(_Asked).decode


class EmbeddingCalls:
    """Answers requests for vectors."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def serve(self, exchange: Exchange, caller: Principal) -> None:
        """Answer with a vector for each text. Raises what the gateway raises, InvalidRequest and Forbidden."""
        check_scope(caller, "models")
        asked = read_asked(exchange.body)
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        found = await self._gateway.embed(texts, model=asked.model, caller=caller)
        provider = self._gateway.resolve(asked.model).provider
        body = _encode(write_vectors(found, packed=asked.encoding_format == "base64"))
        await exchange.answer(body, headers=_describe(found, provider))


def read_asked(body: bytes) -> _Asked:
    """Return what is asked for. Raises InvalidRequest, also for tokens: only one model could read them."""
    try:
        asked = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(
            f"The request for vectors cannot be read: {error}.",
            next_step='Send {"model": …, "input": "a text" or ["texts", …]}; tokens are not taken, send their text.',
        ) from error
    if asked.dimensions is not None:
        raise InvalidRequest(
            f"Vectors of {asked.dimensions} dimensions were asked for; they come as long as the model makes them.",
            next_step="Leave `dimensions` out.",
        )
    if not asked.input:
        raise InvalidRequest("There is no text to make a vector of.", next_step='Send "input" with a text.')
    return asked


def write_vectors(found: Embeddings, *, packed: bool) -> dict[str, object]:
    """Return the body of the answer; packed vectors are base64 of little-endian 32-bit floats."""
    rows: list[object] = [pack_vector(row) for row in found.vectors] if packed else found.vectors.tolist()
    tokens = found.usage.input_tokens
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)],
        "model": found.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def pack_vector(row: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> str:
    """Return a vector as base64 of little-endian 32-bit floats."""
    return base64.b64encode(row.astype("<f4", copy=False).tobytes()).decode()


def _describe(found: Embeddings, provider: str) -> list[Header]:
    headers = [(b"x-plimsoll-model", safe_value(f"{provider}/{found.model}"))]
    if found.cost_usd is not None:
        headers.append((b"x-plimsoll-cost-usd", b"%.9f" % found.cost_usd))
    return headers
