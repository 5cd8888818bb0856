import asyncio

import msgspec
import pytest

from plimsoll.errors import InvalidRequest, ModelMissing, NotFound
from plimsoll.gateway import ChatRequest, Embedded, ExtractedAnswer, Grounding, ModelTarget
from plimsoll.records import Message

READER = ModelTarget(alias="plimsoll/reader", provider="plimsoll", model="reader")
MINILM = ModelTarget(alias="plimsoll/minilm", provider="plimsoll", model="minilm")
MESSAGES = (Message(role="user", content="Why?"),)


def test_the_reader_answers_in_the_shape_that_models_are_asked_for():
    request = ChatRequest(model="m", messages=MESSAGES, grounding=Grounding(question="Why?"))
    reply = asyncio.run(Embedded().chat(request, READER))
    assert reply.text == '{"answer":"","quotes":[],"abstained":true}'
    assert msgspec.json.decode(reply.text, type=ExtractedAnswer).abstained
    assert reply.cost_usd == 0.0


def test_a_request_without_passages_says_what_the_reader_needs():
    with pytest.raises(InvalidRequest, match="Give the feature a retrieval"):
        asyncio.run(Embedded().chat(ChatRequest(model="m", messages=MESSAGES), READER))


def test_vectors_without_a_model_name_the_command():
    with pytest.raises(ModelMissing, match="plimsoll models install"):
        asyncio.run(Embedded().embed(["a"], MINILM))


def test_a_model_that_is_not_embedded_is_not_found():
    with pytest.raises(NotFound, match="plimsoll/minilm"):
        asyncio.run(Embedded().chat(ChatRequest(model="m", messages=MESSAGES), MINILM))
