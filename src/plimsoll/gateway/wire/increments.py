"""What one event of a stream adds to a reply, in words that no wire owns. Records only.

Parsers yield them as they arrive; `ReplyBuilder` sums them up, stream writers say them in another wire.
"""

import msgspec

from plimsoll.gateway.wire.facts import ReplyError
from plimsoll.records import Usage


class TextAdded(msgspec.Struct, frozen=True, gc=False):
    """More of the answer's text."""

    text: str
    """What is added."""
    choice: int = 0
    """Which of several answers."""


class RefusalAdded(msgspec.Struct, frozen=True, gc=False):
    """More of the reason why the model declines."""

    text: str
    """What is added."""


class ThinkingAdded(msgspec.Struct, frozen=True, gc=False):
    """More reasoning."""

    text: str = ""
    """What is added to the readable reasoning."""
    signature: str = ""
    """Anthropic's proof; it ends a block."""
    redacted: str = ""
    """A whole encrypted block."""


class ToolBegun(msgspec.Struct, frozen=True, gc=False):
    """The model begins to call a tool."""

    position: int
    """Number of the call within the reply; its arguments name it."""
    id: str
    """Id of the call."""
    name: str
    """The tool."""


class ArgumentsAdded(msgspec.Struct, frozen=True, gc=False):
    """More of a call's arguments."""

    position: int
    """Number of the call within the reply."""
    text: str
    """What is added to the JSON text."""


class Begun(msgspec.Struct, frozen=True, gc=False):
    """The reply begins."""

    id: str
    """The provider's id of the reply."""
    model: str
    """The model that the provider says it uses."""
    created_seconds: int = 0
    """When, in seconds since 1970; 0 where it is not said."""
    fingerprint: str = ""
    """The provider's name for the machinery behind the model; empty where it names none."""


class Finished(msgspec.Struct, frozen=True, gc=False):
    """An answer is finished; usage may still come."""

    reason: str
    """Why, in the wire's own word."""
    stop_sequence: str = ""
    """The stop sequence that ended it."""
    choice: int = 0
    """Which of several answers."""


class UsageSeen(msgspec.Struct, frozen=True, gc=False):
    """The provider counts: each replaces what was counted before."""

    usage: Usage
    """All tokens so far."""
    is_final: bool = True
    """False at the beginning of a message, when only the input is counted."""


class Failed(msgspec.Struct, frozen=True, gc=False):
    """The stream reports an error."""

    error: ReplyError
    """What it says."""


class Ended(msgspec.Struct, frozen=True, gc=False):
    """The stream says that it is over."""


Increment = (
    TextAdded
    | RefusalAdded
    | ThinkingAdded
    | ToolBegun
    | ArgumentsAdded
    | Begun
    | Finished
    | UsageSeen
    | Failed
    | Ended
)
"""Everything that an event can add."""
