import msgspec
import numpy as np
import pytest

from plimsoll.errors import ProviderRefused, UnusableAnswer
from plimsoll.gateway import ChatReply, ChatRequest, ModelTarget
from plimsoll.gateway.providers.openai_wire import is_strict, read_chat, read_embeddings, read_failure
from plimsoll.records import Message, Usage

TARGET = ModelTarget(alias="fast", provider="remote", model="small-1")
REQUEST = ChatRequest(model="fast", messages=(Message(role="user", content="ping pong"),))
CHOICE = {"message": {"content": "hi"}, "finish_reason": "stop"}


def read(body: object) -> ChatReply:
    return read_chat(msgspec.json.encode(body), provider="remote", target=TARGET, request=REQUEST)


def test_cached_and_reasoning_tokens_are_parts_of_their_totals():
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "prompt_tokens_details": {"cached_tokens": 80},
        "completion_tokens_details": {"reasoning_tokens": 70},
    }
    expected = Usage(input_tokens=100, output_tokens=50, cached_input_tokens=80, reasoning_tokens=50)
    assert read({"choices": [CHOICE], "usage": usage}).usage == expected


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": -1, "completion_tokens": 3}])
def test_tokens_without_sense_are_estimated(usage: object):
    expected = Usage(input_tokens=3, output_tokens=1, is_estimated=True)
    assert read({"choices": [CHOICE], "usage": usage}).usage == expected


def test_a_text_in_parts_is_joined():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert read({"choices": [{"message": {"content": parts}}]}).text == "ab"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"choices": []}, "without a choice"),
        ({"choices": [{"message": {"content": None}}]}, "without a text"),
        ({"choices": [{"message": {"refusal": "I cannot"}}]}, "declined to answer: I cannot"),
        ([1], "cannot be read"),
        ({"choices": [{"message": {"content": 3}}]}, "cannot be read"),
    ],
)
def test_an_answer_without_a_text_is_unusable(body: object, said: str):
    with pytest.raises(UnusableAnswer, match=said):
        read(body)


def test_an_error_sent_as_success_is_a_refusal():
    with pytest.raises(ProviderRefused, match="out of credit"):
        read({"error": {"message": "out of credit"}})


def test_vectors_are_put_in_the_order_of_the_texts():
    rows = [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2]}]
    body = msgspec.json.encode({"data": rows})
    found = read_embeddings(body, provider="remote", target=TARGET, texts=["a", "b"])
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4]])


@pytest.mark.parametrize("rows", [[[1, 2]], [[1, 2], [3]]], ids=["too few", "unequal"])
def test_vectors_that_do_not_fit_the_texts_are_unusable(rows: list[list[int]]):
    body = msgspec.json.encode({"data": [{"index": n, "embedding": row} for n, row in enumerate(rows)]})
    with pytest.raises(UnusableAnswer, match="2 texts"):
        read_embeddings(body, provider="remote", target=TARGET, texts=["a", "b"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "a  b."}}', "a b"),
        (b'{"error": "plain"}', "plain"),
        (b'{"message": "m"}', "m"),
        (b'{"detail": "d"}', "d"),
        (b"Bad gateway\n", "Bad gateway"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
    ],
)
def test_a_failure_says_what_the_provider_said(body: bytes, said: str):
    assert read_failure(body) == said


def test_only_closed_schemas_that_require_everything_are_strict():
    closed: dict[str, object] = {
        "type": "object",
        "properties": {"a": {}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert is_strict({"anyOf": [closed, {"type": "string"}]})
    assert not is_strict({"$defs": {"x": {**closed, "required": []}}})
    assert not is_strict({**closed, "additionalProperties": True})
