"""Which session the fields of a request name."""

import json

import pytest

from plimsoll.gateway import fields_of, read_session

CLAUDE_CODE = "user_5f1c_account_0b7e-11_session_9a2e-4c"


@pytest.mark.parametrize(
    ("said", "session"),
    [
        ({}, ""),
        ({"conversation": "conv_1"}, "conv_1"),
        ({"conversation": {"id": "conv_2", "more": [1]}}, "conv_2"),
        ({"metadata": {"session_id": " chat/17 größe "}}, "chat/17 größe"),
        ({"conversation": "conv_1", "metadata": {"session_id": "chat-17"}}, "conv_1"),
        ({"conversation": None, "metadata": {"session_id": "chat-17", "n": 3}}, "chat-17"),
        ({"metadata": {"user_id": CLAUDE_CODE}}, "9a2e-4c"),
        ({"metadata": {"user_id": json.dumps({"device_id": "d", "session_id": "s-1"})}}, "s-1"),
        ({"metadata": {"user_id": CLAUDE_CODE, "session_id": "chat-17"}}, "chat-17"),
        ({"metadata": {"user_id": "user-17"}}, ""),
        ({"metadata": {"user_id": None}}, ""),
        ({"metadata": {"user_id": "{no json"}}, ""),
        ({"metadata": {"session_id": 17}}, ""),
        ({"metadata": "chat-17"}, ""),
        ({"metadata": None, "conversation": 17}, ""),
        ({"conversation": {}}, ""),
        ({"metadata": {"session_id": "x" * 201}}, ""),
        ({"metadata": {"session_id": "x" * 200}}, "x" * 200),
    ],
)
def test_a_request_names_its_session_as_its_client_does(said: dict[str, object], session: str):
    assert read_session(fields_of(json.dumps(said).encode())) == session
