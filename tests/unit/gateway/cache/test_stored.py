from datetime import UTC, datetime

from plimsoll.gateway.cache.stored import CachedReply, pack_reply, unpack_reply
from plimsoll.records import Usage


def test_a_reply_comes_back_as_it_was_packed():
    reply = CachedReply(
        body=b'{"id": "\xc3\xa9"}',
        model="small-1",
        provider="openai",
        usage=Usage(input_tokens=3, cached_input_tokens=1),
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert unpack_reply(pack_reply(reply)) == reply


def test_bytes_of_another_version_are_a_miss():
    assert unpack_reply(b"\x81\xa4body") is None
    assert unpack_reply(b"{}") is None
