import asyncio

import numpy as np
import pytest

from plimsoll.errors import ProviderTimeout, UnusableAnswer
from plimsoll.gateway import ChatRequest, ModelTarget, Scripted, ScriptedReply
from plimsoll.records import Message, Usage

from unit.gateway.asking import ask

TARGET = ModelTarget(alias="a", provider="scripted", model="m")
REQUEST = ChatRequest(model="a", messages=(Message(role="user", content="ping"),))


def say(scripted: Scripted) -> str:
    return ask(scripted, REQUEST, TARGET).text


def test_replies_come_in_order_and_failures_are_raised():
    scripted = Scripted(["one", ProviderTimeout("late"), "two"])
    assert say(scripted) == "one"
    with pytest.raises(ProviderTimeout, match="late"):
        say(scripted)
    assert say(scripted) == "two"
    assert list(scripted.requests) == [REQUEST] * 3


def test_a_script_that_is_over_says_so():
    with pytest.raises(UnusableAnswer, match="has 0 replies and was asked for one more"):
        say(Scripted([]))


def test_a_function_answers_by_the_request():
    assert say(Scripted(lambda request: request.messages[0].content.upper())) == "PING"


def test_a_reply_may_say_its_usage():
    usage = Usage(input_tokens=5, output_tokens=2)
    reply = ask(Scripted([ScriptedReply(text="x", usage=usage, finish_reason="length")]), REQUEST, TARGET)
    assert (reply.usage, reply.finish_reason) == (usage, "length")


def test_vectors_have_length_one():
    found = asyncio.run(Scripted([], dimensions=5).embed(["a", "b"], TARGET))
    assert found.vectors.shape == (2, 5)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), [1, 1], atol=1e-6)
