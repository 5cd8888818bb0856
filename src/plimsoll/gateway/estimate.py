"""Tokens, where no provider counted them: guesses for the bill, and a bound for what is reserved beforehand. Pure."""

import contextlib
from collections.abc import Mapping

import msgspec

from plimsoll.gateway.call import Call
from plimsoll.gateway.chat import estimate_tokens
from plimsoll.gateway.wire import ReplyFacts, Wire
from plimsoll.records import Usage

ASSUMED_OUTPUT_TOKENS = 4_096
"""Tokens that a request without a limit of its own is taken to write."""
_LIMITS = {
    Wire.CHAT: ("max_completion_tokens", "max_tokens"),
    Wire.MESSAGES: ("max_tokens",),
    Wire.RESPONSES: ("max_output_tokens",),
}
_CHARACTERS_PER_TOKEN = 4
MOST_TOKENS = 1_000_000_000
"""More than any model writes, and little enough to be multiplied by any price."""
_NULL = msgspec.Raw(b"null")
_read_int = msgspec.json.Decoder(int).decode


def guess_input(call: Call) -> int:
    """Return about how many tokens a request holds: four bytes each."""
    return -(-call.request_bytes // _CHARACTERS_PER_TOKEN)


def guess_usage(call: Call, facts: ReplyFacts) -> Usage:
    """Return the use of an answer whose provider did not count, or that broke off, marked as an estimate.

    All that a model wrote counts: reasoning, refusals, the arguments of tools, every choice.
    """
    reasoning = estimate_tokens(facts.reasoning)
    texts = [facts.text, facts.refusal, *facts.other_texts, *(tool.arguments for tool in facts.tool_calls)]
    written = reasoning + sum(map(estimate_tokens, texts))
    return Usage(input_tokens=guess_input(call), output_tokens=written, reasoning_tokens=reasoning, is_estimated=True)


def output_limit(wire: Wire, fields: Mapping[str, msgspec.Raw]) -> int | None:
    """Return the most tokens that a request lets the model write in one answer; None where it sets no bound.

    Some servers take a negative number for none. Of two bounds the larger counts: servers differ in which they read.
    """
    sent = (fields.get(name, _NULL) for name in _LIMITS[wire])
    limits = [_read_count(value) for value in sent if value != _NULL]
    known = [limit for limit in limits if limit is not None]
    return min(max(known), MOST_TOKENS) if known and len(known) == len(limits) else None


def count_answers(wire: Wire, fields: Mapping[str, msgspec.Raw]) -> int:
    """Return how many answers a request asks for at once; a number that no provider takes is one."""
    asked = _read_count(fields["n"]) if wire is Wire.CHAT and "n" in fields else None
    return min(max(asked or 1, 1), MOST_TOKENS)


def _read_count(value: msgspec.Raw) -> int | None:
    """Return a number of things; None for what is none."""
    with contextlib.suppress(msgspec.DecodeError):
        count = _read_int(value)
        return count if count >= 0 else None
    return None


def bound_output(wire: Wire, fields: Mapping[str, msgspec.Raw], most: int) -> dict[str, msgspec.Raw]:
    """Return the fields with the limit on what the model writes at `most` tokens, or lower where they ask for less."""
    asked = output_limit(wire, fields)
    if asked is not None and asked <= most:
        return dict(fields)
    kept = {name: value for name, value in fields.items() if name not in _LIMITS[wire]}
    return kept | {_LIMITS[wire][0]: msgspec.Raw(str(most).encode())}
