"""What `Upstream` says when it answers well. Tests write these records; `speaking` puts them on a wire."""

from collections.abc import Callable

import msgspec

from plimsoll.testing.seen import SeenRequest


class SaidTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the model wants called."""

    name: str
    """Name of the tool."""
    arguments: str = "{}"
    """Its arguments, as JSON text; for messages it must be an object."""
    id: str = "call_1"
    """What the result has to name."""


class SaidUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one answer. Subsets are not added to their totals."""

    input_tokens: int = 11
    """Tokens read, cached ones included."""
    output_tokens: int = 7
    """Tokens written, reasoning included."""
    cached_input_tokens: int = 0
    """The part of `input_tokens` that came from the cache."""
    cache_write_tokens: int = 0
    """The part of `input_tokens` that was written to the cache."""
    reasoning_tokens: int = 0
    """The part of `output_tokens` that reasoning took."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the model."""

    text: str = ""
    """What it says; streams send it word by word."""
    tool_calls: tuple[SaidTool, ...] = ()
    """The tools it wants called."""
    finish_reason: str = ""
    """Why it ended, in the words of chat completions; empty means `tool_calls` or `stop`, as fits."""
    refusal: str = ""
    """Why it does not answer; empty where it does."""
    reasoning: str = ""
    """What it thought before; left out where empty."""
    fingerprint: str = "fp_test"
    """What chat completions call `system_fingerprint`; empty leaves it out."""
    usage: SaidUsage | None = None
    """The tokens; None means those that the server was given."""


Answer = str | Said | Callable[[SeenRequest], str | Said]
"""What a chat is answered with: a text, a richer answer, or a function of the request that returns one."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says to all its requests."""

    answer: Answer
    """What it says in chats."""
    usage: SaidUsage
    """The tokens it claims."""
    models: tuple[str, ...]
    """The models it lists."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one request, complete."""

    seen: SeenRequest
    """What was asked."""
    said: Said
    """What is answered."""
    usage: SaidUsage
    """The tokens."""
    finish_reason: str
    """Why the answer ended, in the words of chat completions."""


def take_turn(voice: Voice, seen: SeenRequest) -> Turn:
    """Return what the server says to a request."""
    answer = voice.answer(seen) if callable(voice.answer) else voice.answer
    said = Said(text=answer) if isinstance(answer, str) else answer
    reason = said.finish_reason or ("tool_calls" if said.tool_calls else "stop")
    return Turn(seen=seen, said=said, usage=said.usage or voice.usage, finish_reason=reason)
