import pytest
from pydantic import BaseModel

from plimsoll.errors import InvalidRequest
from plimsoll.features import Answer, Feature, Question, Result, index_features
from plimsoll.gateway import Wire, fields_of
from plimsoll.records import Outcome
from plimsoll.server.door.feature_calls import last_said, read_conversation, read_payload, write_text


class Ticket(BaseModel):
    subject: str
    body: str


class Label(BaseModel):
    label: str


FEATURES = index_features(
    [
        Feature("asks", input=Question, output=Answer, prompt="p.md"),
        Feature("sorts", input=Ticket, output=Label, prompt="p.md"),
    ]
)
ASKS, SORTS = FEATURES["asks"], FEATURES["sorts"]


def ended(value: BaseModel | None, message: str = "") -> Result[BaseModel]:
    outcome = Outcome.ANSWERED if value else Outcome.ABSTAINED
    return Result(outcome=outcome, value=value, message=message, trace_id="0" * 32, latency_ms=1.0)


@pytest.mark.parametrize(
    ("wire", "body"),
    [
        (Wire.CHAT, b'{"messages": [{"role": "user", "content": "Ahoy"}, {"role": "assistant", "content": "?"}]}'),
        (Wire.CHAT, b'{"messages": [{"role": "user", "content": [{"type": "text", "text": "Ahoy"}]}]}'),
        (Wire.MESSAGES, b'{"max_tokens": 9, "system": "Be kind", "messages": [{"role": "user", "content": "Ahoy"}]}'),
        (Wire.RESPONSES, b'{"input": "Ahoy"}'),
    ],
)
def test_the_last_message_of_the_user_is_what_is_asked(wire: Wire, body: bytes):
    assert last_said(read_conversation(wire, fields_of(b'{"model": "m", ' + body[1:]))) == "Ahoy"


@pytest.mark.parametrize("body", [b"{}", b'{"messages": "Ahoy"}', b'{"messages": []}'])
def test_a_conversation_without_a_question_is_refused(body: bytes):
    with pytest.raises(InvalidRequest):
        last_said(read_conversation(Wire.CHAT, fields_of(body)))


def test_a_question_is_the_input_where_the_feature_takes_one():
    assert read_payload(ASKS, '{"not": "read"}') == {"text": '{"not": "read"}'}


def test_more_fields_than_one_come_as_an_object():
    assert read_payload(SORTS, '{"subject": "s", "body": "b"}') == {"subject": "s", "body": "b"}
    with pytest.raises(InvalidRequest, match="'subject'"):
        read_payload(SORTS, "my screen is dark")


def test_a_result_says_its_answer_its_value_or_why_there_is_none():
    assert write_text(ended(Answer(answer="Thirty days."))) == "Thirty days."
    assert write_text(ended(Label(label="hardware"))) == '{"label":"hardware"}'
    assert write_text(ended(None, "The documents do not say.")) == "The documents do not say."
