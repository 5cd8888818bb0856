"""Embeddings and lists of models on the OpenAI-compatible wire: requests as JSON, JSON as vectors. Pure."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np

from plimsoll.errors import ProviderRefused, UnusableAnswer
from plimsoll.gateway.chat import Embeddings, estimate_tokens
from plimsoll.gateway.providers.failure import say_error, shorten
from plimsoll.gateway.target import ModelTarget
from plimsoll.records import Usage

_Shape = TypeVar("_Shape")


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None


class _Vector(msgspec.Struct):
    index: int
    embedding: list[float]


class _Vectors(msgspec.Struct):
    data: list[_Vector] = []
    model: str | None = None
    usage: _Usage | None = None
    error: dict[str, object] | str | None = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model] = []


def write_embeddings(texts: Sequence[str], target: ModelTarget) -> bytes:
    """Return the body of an embeddings request."""
    return msgspec.json.encode({"model": target.model, "input": list(texts), "encoding_format": "float"})


def read_embeddings(body: bytes, *, provider: str, target: ModelTarget, texts: Sequence[str]) -> Embeddings:
    """Return the vectors in a response's body, in the order of the texts.

    Raises UnusableAnswer where there is not one vector of one length for each text.
    """
    answer = _decode(body, _Vectors, provider)
    if answer.error is not None:
        raise ProviderRefused(f"{provider!r} refused {target.model!r}: {shorten(say_error(answer.error))}.")
    rows = [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]
    if len(rows) != len(texts) or len({len(row) for row in rows}) > 1:
        raise UnusableAnswer(
            f"{provider!r} answered {len(texts)} texts with {len(rows)} vectors, or of unequal length."
        )
    usage = _read_usage(answer.usage)
    return Embeddings(
        vectors=np.array(rows, np.float32).reshape(len(rows), -1),
        usage=usage or Usage(input_tokens=sum(map(estimate_tokens, texts)), is_estimated=True),
        truncated=(False,) * len(rows),
        model=answer.model or target.model,
    )


def read_models(body: bytes, *, provider: str) -> tuple[str, ...]:
    """Return the names of the models that a server lists, in its order."""
    return tuple(model.id for model in _decode(body, _Models, provider).data)


def _read_usage(usage: _Usage | None) -> Usage | None:
    """Return what the provider counted; None where it did not, or counted nonsense."""
    if usage is None or usage.prompt_tokens is None or usage.prompt_tokens < 0:
        return None
    return Usage(input_tokens=usage.prompt_tokens)


def _decode(body: bytes, shape: type[_Shape], provider: str) -> _Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnusableAnswer(f"The answer of {provider!r} cannot be read: {error}.") from error
