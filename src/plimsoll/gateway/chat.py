"""What features ask of a model and what comes back, as records; and such a request in the form of the chat wire.

`features` and judges write requests and read replies. Pure: no I/O, no defaults of a provider.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.records import Message, Passage, Role, Usage


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the prompt holds as text, as data. Only the embedded reader reads them."""

    question: str
    """What is asked."""
    passages: tuple[Passage, ...] = ()
    """What was retrieved, best first; quotations name them by place, counted from 1."""
    answerable: bool = True
    """Whether retrieval judged that the passages hold an answer."""


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a chat model."""

    model: str
    """A name from the settings, or `provider/model`."""
    messages: tuple[Message, ...]
    """The conversation, oldest first."""
    temperature: float | None = None
    """Randomness; None leaves it to the provider (several models refuse any value)."""
    max_output_tokens: int | None = None
    """Most tokens to write, reasoning included; None leaves it to the provider."""
    response_schema: dict[str, object] | None = None
    """JSON Schema of the answer; a provider that cannot hold a model to it leaves that to the prompt."""
    grounding: Grounding | None = None
    """The prompt's facts as data, for the embedded reader."""
    timeout_seconds: float = 60.0
    """The whole call must end within this time."""


class ChatReply(msgspec.Struct, frozen=True, kw_only=True):
    """What a chat model answered."""

    text: str
    """The answer."""
    model: str
    """The model that answered, as the provider names it."""
    provider: str
    """Who served it."""
    usage: Usage
    """Tokens read and written."""
    cost_usd: float | None = None
    """What the call cost; None when the price is unknown, which is not free."""
    finish_reason: str = "stop"
    """Why it ended, in the provider's word: `stop`, `length`, `content_filter`, …"""
    latency_ms: float = 0.0
    """How long the call took, in milliseconds."""


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """Vectors of some texts."""

    vectors: NDArray[np.float32]
    """[n, d], in the order of the texts."""
    usage: Usage
    """Tokens read."""
    truncated: tuple[bool, ...]
    """For each text, whether its end was cut off."""
    model: str
    """The model that answered, as the provider names it."""
    cost_usd: float | None = None
    """What the call cost; None when the price is unknown, which is not free."""


def write_fields(request: ChatRequest) -> dict[str, msgspec.Raw]:
    """Return the request as the fields of a chat completion, each as JSON; what was not asked for is left out."""
    fields: dict[str, object] = {
        "model": request.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
    }
    if request.temperature is not None:
        fields["temperature"] = request.temperature
    if request.max_output_tokens is not None:
        fields["max_completion_tokens"] = request.max_output_tokens
    if request.response_schema is not None:
        asked = {"name": "answer", "schema": request.response_schema, "strict": is_strict(request.response_schema)}
        fields["response_format"] = {"type": "json_schema", "json_schema": asked}
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}


def read_request(fields: Mapping[str, msgspec.Raw], model: str) -> ChatRequest:
    """Return a chat completion's fields as a request, texts only."""
    turns = msgspec.json.decode(fields.get("messages", b"[]"), type=list[_Turn])
    return ChatRequest(model=model, messages=tuple(turn.as_message() for turn in turns))


class _Part(msgspec.Struct):
    text: str = ""


class _Turn(msgspec.Struct):
    role: str = "user"
    content: str | list[_Part] | None = None

    def as_message(self) -> Message:
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content or ())
        role = self.role if self.role in {"system", "user", "assistant"} else "user"
        return Message(role=cast("Role", role), content=text)


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
    required = set(cast("Sequence[str]", schema.get("required", [])))
    return schema.get("additionalProperties") is False and required == named


def estimate_tokens(text: str) -> int:
    """Return a guess at the tokens of a text: four characters each, rounded up. For providers that do not count."""
    return -(-len(text) // 4)
