"""The three wires: how requests, replies, streams and errors look on each, and how one is said in another.

Pure: bytes and objects in, bytes and objects out. The gateway's calls and the server's doors use it; nothing here talks
to anybody.
"""

from plimsoll.gateway.wire.facts import ReplyError, ReplyFacts, Thinking, ToolCall
from plimsoll.gateway.wire.failures import write_error, write_stream_error
from plimsoll.gateway.wire.fields import UsageAsked, ask_for_usage, fields_of, is_usage_only, plain_fields
from plimsoll.gateway.wire.kept import write_reply, write_stream
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.reading.reply import StreamReader, read_reply
from plimsoll.gateway.wire.requests.chat_to_messages import DEFAULT_MAX_TOKENS
from plimsoll.gateway.wire.requests.translate import translate_request
from plimsoll.gateway.wire.sse import EventSplitter, event_data, event_name, write_event
from plimsoll.gateway.wire.translate import StreamTranslator, translate_reply

__all__ = [
    "DEFAULT_MAX_TOKENS",
    "EventSplitter",
    "ReplyError",
    "ReplyFacts",
    "StreamReader",
    "StreamTranslator",
    "Thinking",
    "ToolCall",
    "UsageAsked",
    "Wire",
    "ask_for_usage",
    "event_data",
    "event_name",
    "fields_of",
    "is_usage_only",
    "plain_fields",
    "read_reply",
    "translate_reply",
    "translate_request",
    "write_error",
    "write_event",
    "write_reply",
    "write_stream",
    "write_stream_error",
]
