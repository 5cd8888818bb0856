"""The official clients read what the wires write: their exception classes, their streams, their parsed answers."""

import anthropic
import httpx2
import openai
import pytest
from pydantic import BaseModel

from plimsoll.gateway.wire import StreamTranslator, Wire, write_error, write_event, write_stream_error

Json = dict[str, object]


def openai_client(status: int, body: bytes, kind: str = "application/json") -> openai.OpenAI:
    return openai.OpenAI(api_key="k", max_retries=0, http_client=httpx2.Client(transport=answer(status, body, kind)))


def anthropic_client(status: int, body: bytes, kind: str = "application/json") -> anthropic.Anthropic:
    transport = answer(status, body, kind)
    return anthropic.Anthropic(api_key="k", max_retries=0, http_client=httpx2.Client(transport=transport))


def answer(status: int, body: bytes, kind: str) -> httpx2.MockTransport:
    return httpx2.MockTransport(lambda _: httpx2.Response(status, content=body, headers={"content-type": kind}))


CLASSES = [
    (400, openai.BadRequestError, anthropic.BadRequestError),
    (401, openai.AuthenticationError, anthropic.AuthenticationError),
    (403, openai.PermissionDeniedError, anthropic.PermissionDeniedError),
    (404, openai.NotFoundError, anthropic.NotFoundError),
    (429, openai.RateLimitError, anthropic.RateLimitError),
    (502, openai.InternalServerError, anthropic.InternalServerError),
]


@pytest.mark.parametrize(("status", "of_openai", "of_anthropic"), CLASSES)
def test_an_error_comes_out_as_the_class_of_its_status(
    status: int, of_openai: type[openai.APIStatusError], of_anthropic: type[anthropic.APIStatusError]
):
    chat = openai_client(status, write_error(Wire.CHAT, status=status, code="c", message="what happened"))
    with pytest.raises(of_openai, match="what happened") as raised:
        chat.chat.completions.create(model="m", messages=[{"role": "user", "content": "q"}])
    assert raised.value.code == "c"
    messages = anthropic_client(status, write_error(Wire.MESSAGES, status=status, code="c", message="what happened"))
    with pytest.raises(of_anthropic, match="what happened"):
        messages.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "q"}])


def chat_stream(*pieces: str) -> bytes:
    translated: list[bytes] = []
    head: Json = {"id": "r", "model": "m", "created": 7}
    for piece in pieces:
        choice: Json = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
        translated.append(write_event(head | {"choices": [choice]}))
    return b"".join(translated)


END = write_event({"id": "r", "choices": [{"index": 0, "delta": dict[str, str](), "finish_reason": "stop"}]})


def translate(stream: bytes, target: Wire) -> bytes:
    translator = StreamTranslator(Wire.CHAT, target)
    events = [event + b"\n\n" for event in stream.split(b"\n\n") if event]
    return b"".join([said for event in events for said in translator.feed(event)] + translator.finish())


def test_anthropics_client_streams_a_chat_providers_answer():
    body = translate(chat_stream("Thirty ", "days.") + END, Wire.MESSAGES)
    client = anthropic_client(200, body, "text/event-stream")
    with client.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": "q"}]) as stream:
        assert list(stream.text_stream) == ["Thirty ", "days."]
        assert stream.get_final_message().stop_reason == "end_turn"


class Answer(BaseModel):
    days: int


def test_openais_client_parses_a_chat_providers_stream_as_a_response():
    body = translate(chat_stream('{"days"', ": 30}") + END, Wire.RESPONSES)
    client = openai_client(200, body, "text/event-stream")
    with client.responses.stream(model="m", input="q", text_format=Answer) as stream:
        assert stream.get_final_response().output_parsed == Answer(days=30)


@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.MESSAGES])
def test_a_stream_that_fails_raises_what_happened(wire: Wire):
    failure = write_stream_error(wire, status=502, code="provider_unreachable", message="it broke off")
    if wire is Wire.CHAT:
        client = openai_client(200, chat_stream("half") + failure, "text/event-stream")
        with pytest.raises(openai.APIError, match="it broke off"):
            list(client.chat.completions.create(model="m", messages=[{"role": "user", "content": "q"}], stream=True))
        return
    body = translate(chat_stream("half"), Wire.MESSAGES) + failure
    stream = anthropic_client(200, body, "text/event-stream").messages.create(
        model="m", max_tokens=9, messages=[{"role": "user", "content": "q"}], stream=True
    )
    with pytest.raises(anthropic.APIStatusError, match="it broke off"):
        list(stream)


def test_openais_client_sees_a_response_that_fails():
    failure = write_stream_error(Wire.RESPONSES, status=502, code="c", message="it broke off", sequence_number=9)
    client = openai_client(200, translate(chat_stream("half"), Wire.RESPONSES) + failure, "text/event-stream")
    last = list(client.responses.create(model="m", input="q", stream=True))[-1]
    assert (last.type, last.sequence_number) == ("error", 9)
