"""Embeddings and the list of models as OpenAI speaks them."""

import base64
import struct
from typing import cast

from plimsoll.testing.said import Voice
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.spoken import Body, Spoken

_DIMENSIONS = 4
_TOKENS_EACH = 3


def speak_embeddings(_: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/embeddings`: a text or tokens of length n get the vector (n, 1, 1, 1)."""
    inputs = _read_inputs(seen.body.get("input"))
    dimensions = cast("int", seen.body.get("dimensions") or _DIMENSIONS)
    as_text = seen.body.get("encoding_format") == "base64"
    rows = [[float(len(one)), *[1.0] * (dimensions - 1)] for one in inputs]
    tokens = _TOKENS_EACH * len(inputs)
    usage: Body = {"prompt_tokens": tokens, "total_tokens": tokens}
    data = [
        {"object": "embedding", "index": index, "embedding": _pack(row) if as_text else row}
        for index, row in enumerate(rows)
    ]
    return Spoken(seen=seen, body={"object": "list", "model": seen.model, "data": data, "usage": usage})


def speak_models(voice: Voice, seen: SeenRequest) -> Spoken:
    """Answer `GET /v1/models`, with the fields that OpenAI and Anthropic name."""
    rows: list[Body] = [
        {
            "id": name,
            "object": "model",
            "created": 0,
            "owned_by": "test",
            "type": "model",
            "display_name": name,
            "created_at": "2026-01-01T00:00:00Z",
        }
        for name in voice.models
    ]
    ends: Body = {"first_id": voice.models[0], "last_id": voice.models[-1]} if rows else {}
    return Spoken(seen=seen, body={"object": "list", "data": rows, "has_more": False, **ends})


def _read_inputs(sent: object) -> list[str | list[object]]:
    """Return one entry an input: texts, or lists of tokens."""
    if isinstance(sent, str):
        return [sent]
    inputs = cast("list[object]", sent if isinstance(sent, list) else [])
    if inputs and isinstance(inputs[0], int):
        return [inputs]
    return cast("list[str | list[object]]", inputs)


def _pack(row: list[float]) -> str:
    """Return a vector as OpenAI packs it: little-endian 32-bit floats in base64."""
    return base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode()
