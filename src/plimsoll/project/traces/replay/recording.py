"""What a stored trace holds of a request, read for a replay: its input, its retrievals, its model calls. Pure.

What was not kept is refused with a sentence that says what is missing; nothing is made up.
"""

import re
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from plimsoll.errors import NotRecorded
from plimsoll.gateway import ChatReply
from plimsoll.records import Attribute, Passage, Span, Usage
from plimsoll.text import MARKS
from plimsoll.traces import TRUNCATED, Trace

PASSAGES = "plimsoll.retrieval.passages"
_MARK = re.compile(rf"\[(?:{'|'.join(MARKS.values())})(?::[0-9a-f]+)?\]")
_LIVE = "Replay it live: `--live`."


class RecordedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a model."""

    span: Span
    """As it was recorded."""
    messages: str
    """What was sent, as JSON text of the conventions."""
    is_cut: bool
    """Whether that is only the beginning."""
    reply: ChatReply | None
    """What was answered; None where the call failed."""


class RecordedRetrieval(msgspec.Struct, frozen=True, kw_only=True):
    """One retrieval."""

    span: Span
    """As it was recorded."""
    corpus: str
    """From which corpus."""
    query: str
    """What was searched for."""
    passages: tuple[Passage, ...]
    """What was found."""
    finding: str
    """What it came to."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What a trace holds for a replay."""

    trace_id: str
    """The trace."""
    input: dict[str, object]
    """The input."""
    calls: tuple[RecordedCall, ...]
    """Calls of chat models, in order."""
    retrievals: tuple[RecordedRetrieval, ...]
    """Retrievals, in order."""


def read_input(trace: Trace) -> dict[str, object]:
    """Return the request's input. Raises NotRecorded where it was not kept whole."""
    summary = trace.summary
    text = summary.input_text or ""
    roots = [span for span in trace.spans if span.parent_id is None]
    if not text:
        raise NotRecorded(
            f"The trace {summary.trace_id[:12]} does not hold its input.",
            next_step='Content is kept with [traces] content = "redacted" or "full"; ask the question again.',
        )
    if any(_is_cut(span, "plimsoll.input") for span in roots):
        raise NotRecorded(f"The input of the trace {summary.trace_id[:12]} was cut when it was stored.")
    if mark := _MARK.search(text):
        raise NotRecorded(
            f"The input of the trace {summary.trace_id[:12]} was redacted: {mark[0]} stands in place of a value.",
            next_step="Ask again with a made-up value in its place.",
        )
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError):
        raise NotRecorded(f"The input of the trace {summary.trace_id[:12]} is no JSON object.") from None


def read_recording(trace: Trace) -> Recording:
    """Return what a replay from the record needs. Raises NotRecorded where a step was not kept whole."""
    if trace.omitted_spans:
        raise NotRecorded(f"The trace {trace.summary.trace_id[:12]} has more steps than a replay reads.")
    own = _without_steps_of_retrieval(trace.spans)
    return Recording(
        trace_id=trace.summary.trace_id,
        input=read_input(trace),
        calls=tuple(_read_call(span) for span in own if _is_chat(span)),
        retrievals=tuple(_read_retrieval(span) for span in own if span.attributes.get("plimsoll.kind") == "retrieval"),
    )


def is_recorded_as(recorded: str, said: str, *, is_cut: bool = False) -> bool:
    """Tell whether a stored text stands for what is said now: the same, but for what was redacted or cut."""
    pieces = _MARK.split(recorded)
    at = 0
    for place, piece in enumerate(pieces):
        found = said.find(piece, at)
        if found < 0 or (place == 0 and found != 0):
            return False
        at = found + len(piece)
    return is_cut or at == len(said) or (len(pieces) > 1 and not pieces[-1])


def _without_steps_of_retrieval(spans: Sequence[Span]) -> list[Span]:
    """Return the request's own steps: what a retrieval asked of models is within its result."""
    inside: set[str] = set()
    for span in sorted(spans, key=lambda one: one.start_ns):
        if span.parent_id in inside or span.attributes.get("plimsoll.kind") == "retrieval":
            inside.add(span.span_id)
    return [span for span in spans if span.parent_id not in inside]


def _is_chat(span: Span) -> bool:
    said = span.attributes
    return said.get("plimsoll.kind") == "model" and said.get("gen_ai.operation.name") == "chat"


def _read_call(span: Span) -> RecordedCall:
    messages = _kept(span, "gen_ai.input.messages")
    is_cut = _is_cut(span, "gen_ai.input.messages")
    if span.error is not None:
        return RecordedCall(span=span, messages=messages, is_cut=is_cut, reply=None)
    if _is_cut(span, "gen_ai.output.messages"):
        raise NotRecorded(f"The answer of the step {span.name!r} was cut when it was stored.", next_step=_LIVE)
    said = span.attributes
    reply = ChatReply(
        text=_answer_of(_kept(span, "gen_ai.output.messages")),
        model=str(said.get("gen_ai.response.model", "")),
        provider=str(said.get("gen_ai.provider.name", "")),
        usage=_usage_of(said),
        cost_usd=_number(said.get("plimsoll.cost_usd")),
        finish_reason=_finish_of(said),
        latency_ms=span.duration_ms,
    )
    return RecordedCall(span=span, messages=messages, is_cut=is_cut, reply=reply)


def _read_retrieval(span: Span) -> RecordedRetrieval:
    if _is_cut(span, PASSAGES):
        raise NotRecorded(f"What the step {span.name!r} found was cut when it was stored.", next_step=_LIVE)
    try:
        passages = msgspec.json.decode(_kept(span, PASSAGES), type=tuple[Passage, ...])
    except (msgspec.DecodeError, RecursionError):
        raise NotRecorded(f"What the step {span.name!r} found cannot be read.", next_step=_LIVE) from None
    return RecordedRetrieval(
        span=span,
        corpus=str(span.attributes.get("gen_ai.data_source.id", "")),
        query=_kept(span, "gen_ai.retrieval.query.text"),
        passages=passages,
        finding=str(span.attributes.get("plimsoll.retrieval.finding", "found")),
    )


def _kept(span: Span, name: str) -> str:
    text = span.attributes.get(name)
    if not isinstance(text, str) or not text:
        raise NotRecorded(f"The step {span.name!r} does not hold {name!r}: it was not kept.", next_step=_LIVE)
    return text


def _is_cut(span: Span, name: str) -> bool:
    notes = span.attributes.get(TRUNCATED)
    return isinstance(notes, list) and any(note.partition(":")[0] == name for note in notes)


def _answer_of(messages: str) -> str:
    try:
        turns = msgspec.json.decode(messages, type=list[dict[str, object]])
    except (msgspec.DecodeError, RecursionError):
        raise NotRecorded("A recorded answer cannot be read.", next_step=_LIVE) from None
    parts = [part for turn in turns for part in cast("list[dict[str, object]]", turn.get("parts") or [])]
    return "".join(str(part.get("content", "")) for part in parts if part.get("type") == "text")


def _usage_of(said: Mapping[str, Attribute]) -> Usage:
    return Usage(
        input_tokens=int(_number(said.get("gen_ai.usage.input_tokens")) or 0),
        output_tokens=int(_number(said.get("gen_ai.usage.output_tokens")) or 0),
        cached_input_tokens=int(_number(said.get("gen_ai.usage.cache_read.input_tokens")) or 0),
        reasoning_tokens=int(_number(said.get("gen_ai.usage.reasoning.output_tokens")) or 0),
    )


def _finish_of(said: Mapping[str, Attribute]) -> str:
    reasons = said.get("gen_ai.response.finish_reasons")
    return reasons[0] if isinstance(reasons, list) and reasons else "stop"


def _number(value: Attribute | None) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
