"""Chat completions: a whole reply as facts, the chunks of a stream as increments.

Lenient in what is optional: providers add, rename and leave out fields, and count in five different places.
"""

import msgspec

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire.facts import ReplyFacts, Thinking, ToolCall
from plimsoll.gateway.wire.increments import (
    ArgumentsAdded,
    Begun,
    Ended,
    Failed,
    Finished,
    Increment,
    RefusalAdded,
    TextAdded,
    ThinkingAdded,
    ToolBegun,
    UsageSeen,
)
from plimsoll.gateway.wire.reading.decoding import ErrorObject, decode, is_said, read_error
from plimsoll.gateway.wire.sse import DONE, event_data
from plimsoll.gateway.wire.usage import read_chat_usage
from plimsoll.records import Usage


class _Part(msgspec.Struct):
    text: str | None = None


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | dict[str, object] | None = None


class _Call(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Block(msgspec.Struct):
    """A block of Anthropic's reasoning, carried along so that the next turn can give it back."""

    type: str = "thinking"
    thinking: str = ""
    signature: str = ""
    data: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: object = None
    thinking_blocks: list[_Block] | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    index: int | None = None
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None
    usage: msgspec.Raw = msgspec.Raw()


class _Groq(msgspec.Struct):
    usage: msgspec.Raw = msgspec.Raw()


class _Completion(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    created: float | None = None
    system_fingerprint: str | None = None
    choices: list[_Choice] | None = None
    usage: msgspec.Raw = msgspec.Raw()
    x_groq: _Groq | None = None
    error: ErrorObject = None


_DECODER = msgspec.json.Decoder(_Completion)
_NOTHING = _Message()


def read_chat_reply(body: bytes) -> ReplyFacts:
    """Return what a chat completion says. Raises UnusableAnswer for a body that is none or has no choice."""
    completion = decode(body, _DECODER)
    choices = completion.choices or []
    error = read_error(completion.error)
    if not choices and error is None:
        raise UnusableAnswer("The provider answered without a choice.")
    choice = choices[0] if choices else _Choice()
    message = choice.message or _NOTHING
    return ReplyFacts(
        id=completion.id or "",
        model=completion.model or "",
        created_seconds=int(completion.created or 0),
        fingerprint=completion.system_fingerprint or "",
        text=_read_text(message),
        thinking=_read_thinking(message),
        refusal=message.refusal or "",
        tool_calls=_read_calls(message),
        finish_reason=choice.finish_reason or "",
        usage=_read_usage(completion),
        error=error,
        other_texts=tuple(_read_all(other.message or _NOTHING) for other in choices[1:]),
    )


def _read_text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(part.text or "" for part in message.content)
    return message.content or ""


def _read_reasoning(message: _Message) -> str:
    if message.reasoning_content:
        return message.reasoning_content
    return message.reasoning if isinstance(message.reasoning, str) else ""


def _read_thinking(message: _Message) -> tuple[Thinking, ...]:
    if message.thinking_blocks:
        return tuple(
            Thinking(text=block.thinking, signature=block.signature, redacted=block.data)
            for block in message.thinking_blocks
        )
    reasoning = _read_reasoning(message)
    return (Thinking(text=reasoning),) if reasoning else ()


def _read_calls(message: _Message) -> tuple[ToolCall, ...]:
    named = [(call, call.function or _Function()) for call in message.tool_calls or []]
    return tuple(
        ToolCall(id=call.id or f"call_{index}", name=function.name or "", arguments=_read_arguments(function))
        for index, (call, function) in enumerate(named)
    )


def _read_arguments(function: _Function) -> str:
    if isinstance(function.arguments, dict):
        return msgspec.json.encode(function.arguments).decode()
    return function.arguments or ""


def _read_all(message: _Message) -> str:
    return _read_text(message) + "".join(
        _read_arguments(call.function or _Function()) for call in message.tool_calls or []
    )


def _read_usage(completion: _Completion) -> Usage | None:
    """Return the usage: at the top, under Groq's own field, or within the last choice (Moonshot)."""
    if is_said(completion.usage):
        return read_chat_usage(completion.usage)
    if completion.x_groq is not None and is_said(completion.x_groq.usage):
        return read_chat_usage(completion.x_groq.usage)
    nested = [choice.usage for choice in completion.choices or [] if is_said(choice.usage)]
    return read_chat_usage(nested[-1]) if nested else None


class ChatParser:
    """Turns the chunks of one stream into increments."""

    __slots__ = ("_has_begun", "_ids", "_tools")

    def __init__(self) -> None:
        self._has_begun = False
        self._tools: dict[int | str, int] = {}
        """Number of each call within the reply, by the provider's index of it, or its id where that is left out."""
        self._ids: list[str] = []
        """Id of each call, by its number."""

    def parse(self, event: bytes) -> list[Increment]:
        """Return what the event adds. Raises UnusableAnswer for one that cannot be read."""
        data = event_data(event)
        if not data or data == DONE:
            return [Ended()] if data else []
        chunk = decode(data, _DECODER)
        added: list[Increment] = []
        if not self._has_begun and (chunk.id or chunk.choices):
            self._has_begun = True
            fingerprint = chunk.system_fingerprint or ""
            added.append(Begun(chunk.id or "", chunk.model or "", int(chunk.created or 0), fingerprint))
        for choice in chunk.choices or ():
            self._read_choice(choice, added)
        if chunk.usage or chunk.x_groq is not None or chunk.error is not None or _counts_within(chunk):
            _read_end(chunk, added)
        return added

    def _read_choice(self, choice: _Choice, added: list[Increment]) -> None:
        delta, index = choice.delta, choice.index or 0
        if delta is not None:
            text = _read_text(delta)
            if text:
                added.append(TextAdded(text, index))
            if index == 0:
                self._read_rest(delta, added)
            elif delta.tool_calls:
                added += [TextAdded(_read_all(delta), index)]
        if choice.finish_reason:
            added.append(Finished(choice.finish_reason, choice=index))

    def _read_rest(self, delta: _Message, added: list[Increment]) -> None:
        if delta.refusal:
            added.append(RefusalAdded(delta.refusal))
        if delta.thinking_blocks:
            added += [ThinkingAdded(block.thinking, block.signature, block.data) for block in delta.thinking_blocks]
        elif delta.reasoning_content is not None or delta.reasoning is not None:
            reasoning = _read_reasoning(delta)
            added += [ThinkingAdded(reasoning)] if reasoning else []
        for call in delta.tool_calls or ():
            self._read_call(call, added)

    def _read_call(self, call: _Call, added: list[Increment]) -> None:
        function = call.function or _Function()
        position = self._find_call(call, function.name)
        if position is None:
            position = len(self._ids)
            self._ids.append(call.id or f"call_{position}")
            self._tools[call.id or "" if call.index is None else call.index] = position
            added.append(ToolBegun(position, self._ids[position], function.name or ""))
        arguments = _read_arguments(function)
        if arguments:
            added.append(ArgumentsAdded(position, arguments))

    def _find_call(self, call: _Call, name: str | None) -> int | None:
        """Return the number of the call that is added to; None for a new one.

        Some servers leave the index out (then the last call goes on, unless there is a new id); Gemini gives all calls
        index 0, each with an id and a name of its own.
        """
        if call.index is None and not call.id:
            return len(self._ids) - 1 if self._ids else None
        position = self._tools.get(call.id or "" if call.index is None else call.index)
        if position is not None and call.id and name and call.id != self._ids[position]:
            return None
        return position


def _counts_within(chunk: _Completion) -> bool:
    return bool(chunk.choices) and bool(chunk.choices[-1].usage)


def _read_end(chunk: _Completion, added: list[Increment]) -> None:
    error, usage = read_error(chunk.error), _read_usage(chunk)
    if usage is not None:
        added.append(UsageSeen(usage))
    if error is not None:
        added.append(Failed(error))
