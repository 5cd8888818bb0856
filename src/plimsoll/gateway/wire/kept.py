"""A reply that is known whole, written anew: as a body, or as the events of a stream. For answers out of a cache.

What a provider adds beyond the facts (log probabilities, say) is not in them, so a reply of one wire that is given on
as a body is passed on as it came instead.
"""

import msgspec

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
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.translate import REPLY_WRITERS, new_writer


def write_reply(wire: Wire, facts: ReplyFacts) -> bytes:
    """Return a reply's body."""
    return msgspec.json.encode(REPLY_WRITERS[wire](facts))


def write_stream(wire: Wire, facts: ReplyFacts, *, include_usage: bool = True) -> bytes:
    """Return the events of a stream that says a whole reply; `include_usage` is for chat callers only."""
    writer = new_writer(wire, include_usage=include_usage)
    said = [event for increment in tell(facts) for event in writer.write(increment)]
    return b"".join([*said, *writer.close(facts)])


def tell(facts: ReplyFacts) -> list[Increment]:
    """Return the increments that a reply is made of; its end is the writer's to say."""
    told: list[Increment] = [Begun(facts.id, facts.model, facts.created_seconds)]
    told += [ThinkingAdded(thought.text, thought.signature, thought.redacted) for thought in facts.thinking]
    if facts.text:
        told.append(TextAdded(facts.text))
    if facts.refusal:
        told.append(RefusalAdded(facts.refusal))
    for position, call in enumerate(facts.tool_calls):
        told += [ToolBegun(position, call.id, call.name), ArgumentsAdded(position, call.arguments)]
    return told
