"""The OpenAI-compatible wire: requests as JSON, JSON as replies. Pure; `OpenAICompatible` does the talking.

It reads leniently what is optional and refuses what an answer cannot be without.
"""

from collections.abc import Sequence
from typing import TypeVar, cast

import msgspec
import numpy as np

from plimsoll.errors import ProviderRefused, UnusableAnswer
from plimsoll.gateway.providers.dialect import Dialect
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import ChatReply, ChatRequest, Embeddings, estimate_tokens
from plimsoll.records import Usage

_MOST_SHOWN = 300
_Shape = TypeVar("_Shape")


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: int | None = None


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] = []
    model: str | None = None
    usage: _Usage | None = None
    error: dict[str, object] | str | None = None


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


class _Failure(msgspec.Struct):
    error: dict[str, object] | str | None = None
    message: str | None = None
    detail: str | None = None


def write_chat(request: ChatRequest, target: ModelTarget, dialect: Dialect) -> bytes:
    """Return the body of a chat request; what was not asked for is left out."""
    body: dict[str, object] = {
        "model": target.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_output_tokens is not None:
        body[dialect.output_limit] = request.max_output_tokens
    if request.response_schema is not None and dialect.schema != "prompt":
        body["response_format"] = _response_format(request.response_schema, dialect)
    return msgspec.json.encode(body)


def _response_format(schema: dict[str, object], dialect: Dialect) -> dict[str, object]:
    if dialect.schema == "json_object":
        return {"type": "json_object"}
    asked = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
    return {"type": "json_schema", "json_schema": asked}


def is_strict(schema: object) -> bool:
    """Tell whether every object in a JSON Schema is closed and requires all of its properties.

    Only such schemas may be sent with `strict`; providers refuse others.
    """
    if isinstance(schema, list):
        return all(is_strict(part) for part in cast("list[object]", schema))
    if not isinstance(schema, dict):
        return True
    parts = cast("dict[str, object]", schema)
    return _is_closed(parts) and all(is_strict(part) for part in parts.values())


def _is_closed(schema: dict[str, object]) -> bool:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return True
    named = set(cast("dict[str, object]", properties))
    required = set(cast("list[str]", schema.get("required", [])))
    return schema.get("additionalProperties") is False and required == named


def write_embeddings(texts: Sequence[str], target: ModelTarget) -> bytes:
    """Return the body of an embeddings request."""
    return msgspec.json.encode({"model": target.model, "input": list(texts), "encoding_format": "float"})


def read_chat(body: bytes, *, provider: str, target: ModelTarget, request: ChatRequest) -> ChatReply:
    """Return the reply in a response's body.

    Raises UnusableAnswer for a body that is no completion or holds no text, ProviderRefused for an error sent as 200.
    """
    completion = _decode(body, _Completion, provider)
    if completion.error is not None:
        raise ProviderRefused(f"{provider!r} refused {target.model!r}: {shorten(_say_error(completion.error))}.")
    if not completion.choices:
        raise UnusableAnswer(f"{provider!r} answered without a choice.")
    choice = completion.choices[0]
    text = _read_text(choice.message, provider)
    return ChatReply(
        text=text,
        model=completion.model or target.model,
        provider=provider,
        usage=_read_usage(completion.usage) or _guess_usage(request, text),
        finish_reason=choice.finish_reason or "stop",
    )


def _read_text(message: _Message, provider: str) -> str:
    if message.refusal:
        raise UnusableAnswer(f"The model of {provider!r} declined to answer: {shorten(message.refusal)}.")
    if message.content is None:
        raise UnusableAnswer(f"{provider!r} answered without a text.")
    if isinstance(message.content, str):
        return message.content
    return "".join(part.text for part in message.content)


def _read_usage(usage: _Usage | None) -> Usage | None:
    """Return what the provider counted; None where it did not, or counted nonsense."""
    if usage is None or usage.prompt_tokens is None or min(usage.prompt_tokens, usage.completion_tokens or 0) < 0:
        return None
    written = usage.completion_tokens or 0
    cached = (usage.prompt_tokens_details or _Details()).cached_tokens or usage.prompt_cache_hit_tokens or 0
    reasoned = (usage.completion_tokens_details or _Details()).reasoning_tokens or 0
    return Usage(
        input_tokens=usage.prompt_tokens,
        output_tokens=written,
        cached_input_tokens=min(max(cached, 0), usage.prompt_tokens),
        reasoning_tokens=min(max(reasoned, 0), written),
    )


def _guess_usage(request: ChatRequest, text: str) -> Usage:
    read = sum(estimate_tokens(message.content) for message in request.messages)
    return Usage(input_tokens=read, output_tokens=estimate_tokens(text), is_estimated=True)


def read_embeddings(body: bytes, *, provider: str, target: ModelTarget, texts: Sequence[str]) -> Embeddings:
    """Return the vectors in a response's body, in the order of the texts.

    Raises UnusableAnswer where there is not one vector of one length for each text.
    """
    answer = _decode(body, _Vectors, provider)
    if answer.error is not None:
        raise ProviderRefused(f"{provider!r} refused {target.model!r}: {shorten(_say_error(answer.error))}.")
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


def read_failure(body: bytes) -> str:
    """Return what a provider says went wrong, in one short line."""
    try:
        failure = msgspec.json.decode(body, type=_Failure)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return shorten(body.decode(errors="replace"))
    if failure.error is not None:
        return shorten(_say_error(failure.error))
    return shorten(failure.message or failure.detail or body.decode(errors="replace"))


def _say_error(error: dict[str, object] | str) -> str:
    return error if isinstance(error, str) else str(error.get("message") or error.get("code") or error)


def shorten(text: str) -> str:
    """Return the text on one line, cut to 300 characters, without a full stop."""
    line = " ".join(text.split())
    return line.rstrip(".") if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]}…"


def _decode(body: bytes, shape: type[_Shape], provider: str) -> _Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnusableAnswer(f"The answer of {provider!r} cannot be read: {error}.") from error
