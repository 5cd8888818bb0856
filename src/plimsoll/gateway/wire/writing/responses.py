"""A reply as a response of OpenAI's, and a stream as its events: one output item at a time, numbered throughout.

Ids of items are made from the reply's and the calls' own, so that the same reply has the same ids, streamed or whole.
"""

from plimsoll.gateway.wire.facts import ReplyFacts
from plimsoll.gateway.wire.increments import (
    ArgumentsAdded,
    Begun,
    Increment,
    RefusalAdded,
    TextAdded,
    ThinkingAdded,
    ToolBegun,
)
from plimsoll.gateway.wire.sse import write_event
from plimsoll.gateway.wire.usage import write_responses_usage
from plimsoll.gateway.wire.writing.ending import Ending, read_ending

Json = dict[str, object]

_INCOMPLETE = {Ending.LENGTH: "max_output_tokens", Ending.CONTENT_FILTER: "content_filter"}
_ADDED = {
    "output_text": "response.output_text",
    "refusal": "response.refusal",
    "reasoning_text": "response.reasoning_text",
    "function_call": "response.function_call_arguments",
}


class _Item:
    """One output item: a message of one part, a piece of reasoning, or a call."""

    def __init__(self, kind: str, *, item_id: str, name: str = "", call_id: str = "") -> None:
        self.kind = kind
        self.id = item_id
        self.name = name
        self.call_id = call_id
        self.texts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def part(self) -> Json:
        """Return the content part, as far as it is said."""
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": self.text}
        part: Json = {"type": self.kind, "text": self.text}
        if self.kind == "output_text":
            part["annotations"] = []
        return part

    def write(self, status: str) -> Json:
        """Return the item; one that is in progress has no content yet."""
        if self.kind == "function_call":
            item: Json = {"type": "function_call", "call_id": self.call_id, "name": self.name, "arguments": self.text}
        elif self.kind == "reasoning_text":
            item = {"type": "reasoning", "summary": [], "content": [] if status == "in_progress" else [self.part()]}
        else:
            content = [] if status == "in_progress" else [self.part()]
            item = {"type": "message", "role": "assistant", "content": content}
        return {"id": self.id, "status": status} | item


def write_responses_reply(facts: ReplyFacts) -> Json:
    """Return the reply as a response."""
    items: list[_Item] = []
    for kind, texts in (
        ("reasoning_text", [thought.text for thought in facts.thinking if thought.text]),
        ("output_text", [facts.text]),
        ("refusal", [facts.refusal]),
    ):
        for text in filter(None, texts):
            items.append(_Item(kind, item_id=_item_id(kind, facts.id, len(items))))
            items[-1].texts.append(text)
    for call in facts.tool_calls:
        items.append(_Item("function_call", item_id=f"fc_{call.id}", name=call.name, call_id=call.id))
        items[-1].texts.append(call.arguments)
    return _write(facts, items)


def _item_id(kind: str, reply_id: str, index: int) -> str:
    return f"{'rs' if kind == 'reasoning_text' else 'msg'}_{reply_id}_{index}"


def _write(facts: ReplyFacts, items: list[_Item]) -> Json:
    reason = _INCOMPLETE.get(read_ending(facts)) if not facts.refusal else None
    statuses = ["completed"] * len(items)
    if reason is not None and items:
        statuses[-1] = "incomplete"
    return _write_head(facts.id, facts.model, facts.created_seconds) | {
        "status": "completed" if reason is None else "incomplete",
        "incomplete_details": None if reason is None else {"reason": reason},
        "output": [item.write(status) for item, status in zip(items, statuses, strict=True)],
        "usage": None if facts.usage is None else write_responses_usage(facts.usage),
    }


def _write_head(reply_id: str, model: str, created_seconds: int) -> Json:
    return {
        "id": reply_id,
        "object": "response",
        "created_at": created_seconds,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None,
    }


class ResponsesStreamWriter:
    """Writes one stream as OpenAI's events."""

    def __init__(self) -> None:
        self._begun = Begun("", "")
        self._items: list[_Item] = []
        self._is_open = False
        self._number = -1

    def write(self, increment: Increment) -> list[bytes]:
        """Return the events that say the increment."""
        said: list[bytes] = []
        match increment:
            case TextAdded(text):
                said = self._add("output_text", text)
            case RefusalAdded(text):
                said = self._add("refusal", text)
            case ThinkingAdded(text, signature):
                said = self._add("reasoning_text", text) if text else []
                said += self._close("completed") if signature else []
            case ToolBegun(_, call_id, name):
                said = self._open(_Item("function_call", item_id=f"fc_{call_id}", name=name, call_id=call_id))
            case ArgumentsAdded(_, text):
                said = [self._delta(text)]
            case Begun():
                self._begun = increment
                head = _write_head(increment.id, increment.model, increment.created_seconds)
                said = [self._event(f"response.{word}", response=head) for word in ("created", "in_progress")]
            case _:
                pass
        return said

    def close(self, facts: ReplyFacts) -> list[bytes]:
        """Return the last events of a whole answer: the end of its item, then the whole response."""
        response = _write(facts, self._items)
        status = str(response["status"])
        return [*self._close(status), self._event(f"response.{status}", response=response)]

    def _add(self, kind: str, text: str) -> list[bytes]:
        opened: list[bytes] = []
        if not self._is_open or self._items[-1].kind != kind:
            opened = self._open(_Item(kind, item_id=_item_id(kind, self._begun.id, len(self._items))))
        return [*opened, self._delta(text)]

    def _open(self, item: _Item) -> list[bytes]:
        closed = self._close("completed")
        self._items.append(item)
        self._is_open = True
        opened = [*closed, self._on_item("response.output_item.added", item=item.write("in_progress"))]
        if item.kind == "function_call":
            return opened
        return [*opened, self._on_part("response.content_part.added", part=item.part())]

    def _delta(self, text: str) -> bytes:
        item = self._items[-1]
        item.texts.append(text)
        name = f"{_ADDED[item.kind]}.delta"
        if item.kind == "function_call":
            return self._on_item(name, item_id=item.id, delta=text)
        return self._on_part(name, delta=text, **_logprobs(item))

    def _close(self, status: str) -> list[bytes]:
        if not self._is_open:
            return []
        self._is_open = False
        item = self._items[-1]
        name = f"{_ADDED[item.kind]}.done"
        if item.kind == "function_call":
            said = [self._on_item(name, item_id=item.id, arguments=item.text)]
        else:
            field = "refusal" if item.kind == "refusal" else "text"
            whole = self._on_part(name, **{field: item.text}, **_logprobs(item))
            said = [whole, self._on_part("response.content_part.done", part=item.part())]
        return [*said, self._on_item("response.output_item.done", item=item.write(status))]

    def _on_item(self, name: str, **fields: object) -> bytes:
        return self._event(name, output_index=len(self._items) - 1, **fields)

    def _on_part(self, name: str, **fields: object) -> bytes:
        return self._on_item(name, item_id=self._items[-1].id, content_index=0, **fields)

    def _event(self, name: str, **fields: object) -> bytes:
        self._number += 1
        return write_event({"type": name, "sequence_number": self._number} | fields, name=name)


def _logprobs(item: _Item) -> Json:
    """Texts name the log-probabilities of their tokens, which no other wire gives."""
    return {"logprobs": []} if item.kind == "output_text" else {}
