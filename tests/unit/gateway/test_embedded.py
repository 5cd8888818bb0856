import asyncio

import msgspec
import pytest

from plimsoll.errors import InvalidRequest, ModelMissing, NotFound
from plimsoll.gateway import ChatRequest, Embedded, ExtractedAnswer, Grounding, ModelTarget
from plimsoll.prices import ModelPrice
from plimsoll.records import Message

from unit.gateway.asking import ask

FREE = ModelPrice(input=0.0, output=0.0, source="test")
READER = ModelTarget(alias="plimsoll/reader", provider="plimsoll", model="reader", price=FREE)
MINILM = ModelTarget(alias="plimsoll/minilm", provider="plimsoll", model="minilm")
MESSAGES = (Message(role="user", content="Why?"),)


def test_the_reader_answers_in_the_shape_that_models_are_asked_for():
    request = ChatRequest(model="plimsoll/reader", messages=MESSAGES, grounding=Grounding(question="Why?"))
    reply = ask(Embedded(), request, READER)
    assert reply.text == '{"answer":"","quotes":[],"abstained":true}'
    assert msgspec.json.decode(reply.text, type=ExtractedAnswer).abstained
    assert reply.cost_usd == 0.0


def test_a_request_without_passages_says_what_the_reader_needs():
    with pytest.raises(InvalidRequest, match="Ask a feature"):
        ask(Embedded(), ChatRequest(model="plimsoll/reader", messages=MESSAGES), READER)


def test_vectors_without_a_model_name_the_command():
    with pytest.raises(ModelMissing, match="plimsoll models install"):
        asyncio.run(Embedded().embed(["a"], MINILM))


def test_a_model_that_is_not_embedded_is_not_found():
    with pytest.raises(NotFound, match="plimsoll/minilm"):
        ask(Embedded(), ChatRequest(model="plimsoll/minilm", messages=MESSAGES), MINILM)
