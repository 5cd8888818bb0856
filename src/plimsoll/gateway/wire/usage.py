"""How many tokens a reply cost, read from and written to each wire's own words.

Our `input_tokens` always contains the cached and the cache-written ones; Anthropic's does not. Counts that make no
sense (negative, beyond any model, no numbers) are None, so that they are estimated and marked rather than billed.
"""

import msgspec

from plimsoll.records import Usage

_Count = int | float | None


class _Details(msgspec.Struct, gc=False):
    cached_tokens: _Count = None
    cache_write_tokens: _Count = None
    reasoning_tokens: _Count = None
    thinking_tokens: _Count = None


class _Counts(msgspec.Struct):
    """The union of what the wires and their dialects call things."""

    prompt_tokens: _Count = None
    completion_tokens: _Count = None
    total_tokens: _Count = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: _Count = None
    cached_tokens: _Count = None
    input_tokens: _Count = None
    output_tokens: _Count = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    cache_read_input_tokens: _Count = None
    cache_creation_input_tokens: _Count = None


_DECODER = msgspec.json.Decoder(_Counts)
_PART: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])
_NOTHING = _Details()
_MOST_TOKENS = 1_000_000_000
"""More than any model reads or writes: a server that counts more would exhaust every budget with one answer."""


def _decode(raw: msgspec.Raw) -> _Counts | None:
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def read_chat_usage(raw: msgspec.Raw) -> Usage | None:
    """Return what a chat completion counted; None where it counted nothing, or nonsense."""
    counts = _decode(raw)
    if counts is None or counts.prompt_tokens is None:
        return None
    read, written = int(counts.prompt_tokens), int(counts.completion_tokens or 0)
    asked, answered = counts.prompt_tokens_details or _NOTHING, counts.completion_tokens_details or _NOTHING
    # Gemini and xAI leave reasoning out of `completion_tokens`; the total has it.
    hidden = max(0, int(counts.total_tokens or 0) - read - written)
    return _count(
        read=read,
        written=written + hidden if min(read, written) >= 0 else -1,
        cached=asked.cached_tokens or counts.prompt_cache_hit_tokens or counts.cached_tokens,
        stored=asked.cache_write_tokens,
        reasoned=answered.reasoning_tokens or hidden,
    )


def read_responses_usage(raw: msgspec.Raw) -> Usage | None:
    """Return what a response counted; None where it counted nothing, or nonsense."""
    counts = _decode(raw)
    if counts is None or counts.input_tokens is None:
        return None
    asked, answered = counts.input_tokens_details or _NOTHING, counts.output_tokens_details or _NOTHING
    return _count(
        read=int(counts.input_tokens),
        written=int(counts.output_tokens or 0),
        cached=asked.cached_tokens,
        stored=asked.cache_write_tokens,
        reasoned=answered.reasoning_tokens,
    )


class MessagesUsage:
    """What a message counted, which a stream says in several parts: later counts replace earlier ones."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, object] = {}

    def add(self, raw: msgspec.Raw) -> Usage | None:
        """Take in one part; return what is known now, None where that is nothing or nonsense."""
        try:
            part = _PART.decode(raw)
            self._counts |= {name: value for name, value in part.items() if value is not None}
            counts = msgspec.convert(self._counts, _Counts)
        except (msgspec.DecodeError, RecursionError):
            return None
        if counts.input_tokens is None:
            return None
        cached, stored = counts.cache_read_input_tokens or 0, counts.cache_creation_input_tokens or 0
        return _count(
            read=int(counts.input_tokens) + max(0, int(cached)) + max(0, int(stored)),
            written=int(counts.output_tokens or 0),
            cached=cached,
            stored=stored,
            reasoned=(counts.output_tokens_details or _NOTHING).thinking_tokens,
        )


def _count(*, read: int, written: int, cached: _Count, stored: _Count, reasoned: _Count) -> Usage | None:
    if min(read, written) < 0 or max(read, written) > _MOST_TOKENS:
        return None
    cached_tokens = min(max(int(cached or 0), 0), read)
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cached_input_tokens=cached_tokens,
        cache_write_input_tokens=min(max(int(stored or 0), 0), read - cached_tokens),
        reasoning_tokens=min(max(int(reasoned or 0), 0), written),
    )


def write_chat_usage(usage: Usage) -> dict[str, object]:
    """Return the usage as a chat completion says it."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_input_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def write_responses_usage(usage: Usage) -> dict[str, object]:
    """Return the usage as a response says it."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_input_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def write_messages_usage(usage: Usage | None) -> dict[str, object]:
    """Return the usage as a message says it, which cannot go without: unknown counts are 0."""
    known = usage or Usage()
    written: dict[str, object] = {
        "input_tokens": known.input_tokens - known.cached_input_tokens - known.cache_write_input_tokens,
        "cache_creation_input_tokens": known.cache_write_input_tokens,
        "cache_read_input_tokens": known.cached_input_tokens,
        "output_tokens": known.output_tokens,
    }
    if known.reasoning_tokens:
        written["output_tokens_details"] = {"thinking_tokens": known.reasoning_tokens}
    return written
