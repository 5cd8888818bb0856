"""How a successor's events join a stream that broke."""

import json

import pytest

from plimsoll.gateway import Call, ReplyFacts, ToolCall, Wire, fields_of
from plimsoll.gateway.continuation import (
    ChatContinuation,
    MessagesContinuation,
    SentBlocks,
    can_continue,
    continue_call,
)
from plimsoll.gateway.wire import EventSplitter, event_data, write_event
from plimsoll.records import Principal

SAID = ReplyFacts(id="chat-1", created_seconds=7, model="small", text="The ship")
TOOL = ToolCall(id="1", name="find", arguments="{")


def call(wire: Wire = Wire.CHAT, **fields: object) -> Call:
    body = json.dumps({"messages": [{"role": "user", "content": "Where?"}], **fields}).encode()
    return Call(wire=wire, fields=fields_of(body), model="fast", caller=Principal.local(), request_bytes=len(body))


def event(kind: str, **fields: object) -> bytes:
    return write_event({"type": kind, **fields}, name=kind)


def started(index: int, kind: str) -> bytes:
    return event("content_block_start", index=index, content_block={"type": kind})


def read(data: bytes) -> list[dict[str, object]]:
    return [json.loads(event_data(one)) for one in EventSplitter().feed(data)]


def sent(*events: bytes) -> SentBlocks:
    blocks = SentBlocks()
    for one in events:
        blocks.observe(one)
    return blocks


@pytest.mark.parametrize(
    ("asked", "facts", "resumes", "restarts"),
    [
        (call(), SAID, True, True),
        (call(Wire.MESSAGES), SAID, True, True),
        (call(Wire.RESPONSES), SAID, False, False),
        (call(), ReplyFacts(text="I look", tool_calls=(TOOL,)), False, False),
        (call(), ReplyFacts(text="one", other_texts=("two",)), False, False),
        (call(response_format={"type": "json_object"}), SAID, False, True),
        (call(response_format={"type": "json_object"}), ReplyFacts(), True, True),
    ],
)
def test_what_can_be_gone_on_with(asked: Call, facts: ReplyFacts, *, resumes: bool, restarts: bool):
    assert can_continue(asked, facts, restarts=False) is resumes
    assert can_continue(asked, facts, restarts=True) is restarts


def test_the_rest_is_asked_for_after_what_was_said_within_what_is_left():
    asked = continue_call(call(max_tokens=50), "x" * 40)
    turns = json.loads(bytes(asked.fields["messages"]))
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[1]["content"] == "x" * 40
    assert bytes(asked.fields["max_completion_tokens"]) == b"40"
    assert asked.request_bytes > call().request_bytes + 40


def test_at_least_one_token_may_be_written():
    assert bytes(continue_call(call(max_tokens=5), "x" * 400).fields["max_completion_tokens"]) == b"1"


def test_where_nothing_was_said_the_same_is_asked_again():
    assert continue_call(call(), "") == call()


def test_chunks_of_a_successor_keep_the_first_id_and_name_no_role():
    joint = ChatContinuation(SAID)
    choice = {"index": 0, "delta": {"role": "assistant", "content": "sails"}, "finish_reason": None}
    chunk = write_event({"id": "chat-2", "created": 9, "model": "big", "choices": [choice], "extra": 1})
    (said,) = read(joint.feed(chunk[:20]) + joint.feed(chunk[20:]))
    assert (said["id"], said["created"], said["model"], said["extra"]) == ("chat-1", 7, "big", 1)
    assert said["choices"] == [{"index": 0, "delta": {"content": "sails"}, "finish_reason": None}]
    assert joint.feed(b": ping\n\ndata: [DONE]\n\n") == b": ping\n\ndata: [DONE]\n\n"


@pytest.mark.parametrize("restarts", [True, False])
def test_the_note_is_a_chunk_with_a_choice_that_adds_nothing(*, restarts: bool):
    (said,) = read(ChatContinuation(SAID).begin(restarts=restarts))
    assert said["choices"] == [{"index": 0, "delta": {}, "finish_reason": None}]
    assert said["plimsoll"] == {"restarted" if restarts else "resumed": True}


def test_a_text_stays_in_the_block_that_is_open():
    blocks = sent(
        event("message_start"), started(0, "thinking"), event("content_block_stop", index=0), started(1, "text")
    )
    joint = MessagesContinuation(blocks)
    joint.begin(restarts=False)
    delta = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "sails"})
    said = read(joint.feed(event("message_start") + started(0, "text") + delta + event("content_block_stop", index=0)))
    assert [(one["type"], one["index"]) for one in said] == [("content_block_delta", 1), ("content_block_stop", 1)]
    assert (blocks.count, blocks.open_kind) == (2, "")


def test_other_blocks_are_counted_on_after_the_open_one_is_closed():
    joint = MessagesContinuation(sent(started(0, "text")))
    joint.begin(restarts=False)
    said = read(joint.feed(started(0, "tool_use") + event("content_block_stop", index=0) + started(1, "text")))
    assert [(one["type"], one["index"]) for one in said] == [
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_stop", 1),
        ("content_block_start", 2),
    ]


def test_an_open_block_is_closed_where_the_successor_says_nothing():
    joint = MessagesContinuation(sent(started(0, "text")))
    joint.begin(restarts=False)
    said = read(joint.feed(event("message_start") + event("message_delta") + event("message_stop")))
    assert [one["type"] for one in said] == ["content_block_stop", "message_delta", "message_stop"]


@pytest.mark.parametrize("open_kind", ["text", "thinking"])
def test_what_begins_anew_begins_a_block_of_its_own(open_kind: str):
    joint = MessagesContinuation(sent(started(0, open_kind)))
    noted = read(joint.begin(restarts=True))
    assert [one["type"] for one in noted] == ["content_block_stop", "ping"]
    assert [one["index"] for one in read(joint.feed(started(0, "text")))] == [1]


def test_a_text_that_names_the_events_is_not_taken_for_one():
    text = 'write "type":"content_block_start" and content_block_stop'
    assert sent(started(0, "text"), event("content_block_delta", index=0, delta={"text": text})).count == 1
