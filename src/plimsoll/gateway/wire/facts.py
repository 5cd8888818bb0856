"""What a reply says, in words that no wire owns: for billing, tracing, deciding and translating. Records only."""

import msgspec

from plimsoll.records import Usage


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a tool that the model asks for."""

    id: str
    """Its id, which the tool's result repeats."""
    name: str
    """The tool."""
    arguments: str
    """The arguments, as the JSON text that the model wrote: not always valid JSON."""


class Thinking(msgspec.Struct, frozen=True, kw_only=True):
    """One block of reasoning."""

    text: str = ""
    """What the model thought; empty where it is not shown."""
    signature: str = ""
    """Anthropic's proof that the block is its own; empty for other models' reasoning."""
    redacted: str = ""
    """Anthropic's encrypted reasoning; empty where it is readable."""


class ReplyError(msgspec.Struct, frozen=True, kw_only=True):
    """An error that a provider sent as a success, or within a stream."""

    message: str
    """What it says."""
    kind: str = ""
    """Its type, in the provider's word."""
    code: str = ""
    """Its code, in the provider's word."""


class ReplyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one reply says, whole or so far. Of several choices it is the first; the others are in `other_texts`."""

    id: str = ""
    """The provider's id of the reply."""
    model: str = ""
    """The model that the provider says it used."""
    fingerprint: str = ""
    """The provider's name for the machinery behind the model (`system_fingerprint`); empty where it names none."""
    created_seconds: int = 0
    """When the provider made it, in seconds since 1970; 0 where it does not say."""
    text: str = ""
    """The answer's text."""
    thinking: tuple[Thinking, ...] = ()
    """Reasoning, in order."""
    refusal: str = ""
    """Why the model declined, where it says so apart from the text."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Tools to call, in order."""
    finish_reason: str = ""
    """Why it ended, in the wire's own word; empty where it did not end."""
    stop_sequence: str = ""
    """The stop sequence that ended it, where the wire says."""
    usage: Usage | None = None
    """Tokens counted by the provider; None where it did not say."""
    error: ReplyError | None = None
    """An error that came instead of an answer, or after its beginning."""
    other_texts: tuple[str, ...] = ()
    """Texts of the other choices, with their tools' arguments: they are paid for too."""

    @property
    def reasoning(self) -> str:
        """Return all readable reasoning as one text."""
        return "".join(thought.text for thought in self.thinking)
