"""Goes on with a stream that broke, at another target: what to ask it, and how its events join those already sent.

`streaming` uses it where the policy is `resume` or `restart`. Texts only: half a tool call cannot be gone on with, and
a responses stream repeats its whole answer at the end. Pure.
"""

from typing import cast

import msgspec

from plimsoll.gateway.call import Call
from plimsoll.gateway.chat import estimate_tokens
from plimsoll.gateway.estimate import bound_output, output_limit
from plimsoll.gateway.wire import EventSplitter, ReplyFacts, Wire, event_data, write_event

_GO_ON = (
    "Your answer broke off in transmission. Continue it exactly where it stopped: begin with the very next characters, "
    "repeat nothing, explain nothing."
)
_SHAPES = frozenset({"response_format", "output_format", "output_config"})
_BLOCK_EDGE = b"content_block_st"
"""Begins the names of the two events that open and close a block of Anthropic's."""
Json = dict[str, object]
_object = msgspec.json.Decoder(Json).decode
_encode = msgspec.json.Encoder().encode


def can_continue(call: Call, facts: ReplyFacts, *, restarts: bool) -> bool:
    """Tell whether another target can go on with what was said, or begin anew after it.

    The rest of a JSON object cannot be asked for: a model held to a shape writes the whole of it.
    """
    if call.wire is Wire.RESPONSES or facts.tool_calls or facts.other_texts:
        return False
    return restarts or not facts.text or _SHAPES.isdisjoint(call.fields)


def continue_call(call: Call, said: str) -> Call:
    """Return the call that asks for the rest of an answer of which `said` has been sent, within what it may be long."""
    if not said:
        return call
    turns = msgspec.json.decode(call.fields.get("messages", b"[]"), type=list[msgspec.Raw])
    rest = [{"role": "assistant", "content": said}, {"role": "user", "content": _GO_ON}]
    fields = {**call.fields, "messages": msgspec.Raw(_encode([*turns, *rest]))}
    most = output_limit(call.wire, fields)
    if most is not None:
        fields = bound_output(call.wire, fields, max(1, most - estimate_tokens(said)))
    size = call.request_bytes + len(said.encode()) + len(_GO_ON)
    return msgspec.structs.replace(call, fields=fields, request=None, request_bytes=size)


class ChatContinuation:
    """Writes a successor's chunks as more of a stream of chat completions: one id, one role."""

    def __init__(self, begun: ReplyFacts) -> None:
        """Keep what the stream began with."""
        self._head: Json = {"id": begun.id, "created": begun.created_seconds}
        self._model = begun.model
        self._splitter = EventSplitter()

    def begin(self, *, restarts: bool) -> bytes:
        """Return the chunk that says that another model goes on, or begins anew. Clients that do not look miss it."""
        choice: Json = {"index": 0, "delta": {}, "finish_reason": None}
        chunk: Json = {**self._head, "object": "chat.completion.chunk", "model": self._model, "choices": [choice]}
        return write_event(chunk | {"plimsoll": _note(restarts=restarts)})

    def feed(self, data: bytes) -> bytes:
        """Return the chunks to send for those of the successor."""
        return b"".join(self._write(event) for event in self._splitter.feed(data))

    def _write(self, event: bytes) -> bytes:
        data = event_data(event)
        if not data.startswith(b"{"):
            return event
        chunk = _object(data) | self._head
        for choice in cast("list[Json]", chunk.get("choices") or []):
            delta = choice.get("delta")
            if isinstance(delta, dict):
                # Clients that join deltas would join the roles.
                cast("Json", delta).pop("role", None)
        return write_event(chunk)


class SentBlocks:
    """Which content blocks of one of Anthropic's streams went out. Reads only the events that open and close them."""

    def __init__(self) -> None:
        self.count = 0
        """Blocks that were opened."""
        self.open_kind = ""
        """What the open one is; empty where none is open."""

    def observe(self, data: bytes) -> None:
        """Read what goes out: complete events."""
        if _BLOCK_EDGE not in data:
            return
        for event in EventSplitter().feed(data):
            if _BLOCK_EDGE in event:
                self._read(_object(event_data(event)))

    def _read(self, said: Json) -> None:
        if said.get("type") == "content_block_start":
            self.count += 1
            self.open_kind = kind_of(said)
        elif said.get("type") == "content_block_stop":
            self.open_kind = ""


class MessagesContinuation:
    """Writes a successor's events as more of one of Anthropic's messages.

    Its blocks are counted on; a text that goes on stays in the block that is open.
    """

    def __init__(self, sent: SentBlocks) -> None:
        """Keep what went out; what this writes is added to it."""
        self._sent = sent
        self._splitter = EventSplitter()
        self._is_joining = False
        self._places: dict[int, int] = {}

    def begin(self, *, restarts: bool) -> bytes:
        """Return the event that says that another model goes on, or begins anew."""
        self._is_joining = self._sent.open_kind == "text" and not restarts
        ping = write_event({"type": "ping", "plimsoll": _note(restarts=restarts)}, name="ping")
        closed = b"" if self._is_joining else self._close_block()
        self._sent.observe(closed)
        return closed + ping

    def feed(self, data: bytes) -> bytes:
        """Return the events to send for those of the successor; they count as sent."""
        written: list[bytes] = []
        for event in self._splitter.feed(data):
            said = self._write(event)
            self._sent.observe(said)
            written.append(said)
        return b"".join(written)

    def _write(self, event: bytes) -> bytes:
        data = event_data(event)
        if not data:
            return event
        said = _object(data)
        kind = str(said.get("type"))
        if kind == "message_start":
            return b""
        if kind == "content_block_start":
            return self._open(said)
        if kind == "message_delta":
            return self._leave() + event
        place = self._places.get(cast("int", said.get("index", -1)))
        return event if place is None else write_event(said | {"index": place}, name=kind)

    def _open(self, said: Json) -> bytes:
        index = cast("int", said.get("index", 0))
        if self._is_joining and kind_of(said) == "text":
            self._is_joining = False
            self._places[index] = self._sent.count - 1
            return b""
        closed = self._leave()
        self._places[index] = self._sent.count
        return closed + write_event(said | {"index": self._sent.count}, name="content_block_start")

    def _leave(self) -> bytes:
        """End the block that was open at the break, where the successor does not go on with it."""
        if not self._is_joining:
            return b""
        self._is_joining = False
        return self._close_block()

    def _close_block(self) -> bytes:
        if not self._sent.open_kind:
            return b""
        stop: Json = {"type": "content_block_stop", "index": self._sent.count - 1}
        return write_event(stop, name="content_block_stop")


def kind_of(said: Json) -> str:
    """Return the type of the block that an event opens."""
    block = said.get("content_block")
    return str(cast("Json", block).get("type", "")) if isinstance(block, dict) else ""


def _note(*, restarts: bool) -> Json:
    return {"restarted" if restarts else "resumed": True}
