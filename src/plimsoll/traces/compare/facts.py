"""A trace as what can be compared of it: traits that it has, amounts that it came to, words of its input. Pure.

Called for each sampled trace. What the trace does not say is left out, never 0.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec

from plimsoll.records import Attribute, Score, Span
from plimsoll.text import guess_language, guess_script, words
from plimsoll.traces.compare.instructions import name_instructions
from plimsoll.traces.compare.steps import own_times
from plimsoll.traces.records import Trace

_MOST_TEXT = 8_000
_MOST_DOCUMENTS = 50
_SHORTEST_WORD = 3
_HASH_SHOWN = 12
_LINK = re.compile(r"https?://|www\.")
_CODE = re.compile(r"```|\bdef |\bSELECT\b|[{};]\s*$", re.MULTILINE)
_SKIPPED_KEYS = frozenset({"role", "type", "id"})
_ONE_VALUE = {
    "release": "plimsoll.release",
    "variant": "plimsoll.variant",
    "service": "plimsoll.service",
    "session": "plimsoll.session",
}
_SETTINGS = ("temperature", "top_p", "top_k", "max_tokens", "frequency_penalty", "presence_penalty")
_OF_CALLS = {"fingerprint": "openai.response.system_fingerprint", "served": "plimsoll.served"}


class TraceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What can be compared of one trace."""

    trace_id: str
    """The trace."""
    weight: float = 1.0
    """How many requests it stands for: one over the chance with which it was kept."""
    user: str = ""
    """Who asked; empty where nobody is named."""
    session: str = ""
    """The conversation that it belongs to; empty where none is named."""
    has_failed: bool = False
    """Whether it ended in an error."""
    traits: Mapping[str, tuple[str, ...]] = {}
    """By aspect, the values that it has."""
    amounts: Mapping[str, float] = {}
    """By aspect, or aspect and name as `score grounded`, what it came to."""
    words: frozenset[str] = frozenset()
    """Words of its input."""


class _Document(msgspec.Struct):
    id: str = ""
    source: str = ""
    score: float | None = None


def read_facts(trace: Trace, *, inclusion: float = 1.0) -> TraceFacts:
    """Return what can be compared of a trace that was kept with that chance."""
    summary, said = trace.summary, _root(trace.spans)
    text = _texts_of(summary.input_text)
    traits = _traits_of_spans(trace.spans)
    told = _traits_of_root(trace, said) | _traits_of_input(text) | _verdicts(trace.scores)
    traits |= {name: values for name, values in told.items() if values}
    return TraceFacts(
        trace_id=summary.trace_id,
        weight=1 / inclusion if inclusion > 0 else 1.0,
        user=summary.subject or "",
        session=_text(said.get("plimsoll.session")),
        has_failed=summary.error_class is not None or summary.outcome == "failed",
        traits=traits,
        amounts=_amounts(trace, text),
        words=frozenset(word for word in words(text) if len(word) >= _SHORTEST_WORD),
    )


def _root(spans: Sequence[Span]) -> dict[str, Attribute]:
    roots = [span for span in spans if span.parent_id is None] or list(spans[:1])
    return roots[0].attributes if roots else {}


def _traits_of_root(trace: Trace, said: Mapping[str, Attribute]) -> dict[str, tuple[str, ...]]:
    summary = trace.summary
    found = {name: _one(said.get(attribute)) for name, attribute in _ONE_VALUE.items()}
    return {
        **found,
        "prompt": _one(_text(said.get("plimsoll.prompt_hash"))[:_HASH_SHOWN]),
        "version": _one(_text(said.get("plimsoll.config_hash"))[:_HASH_SHOWN]),
        "feature": _one(summary.feature),
        "user": _one(summary.subject),
        "outcome": _one(summary.outcome),
        "error_class": _one(summary.error_class),
        "closed": ("yes",) if summary.is_closed else (),
    }


def _traits_of_spans(spans: Sequence[Span]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for span in spans:
        for aspect, value in _traits_of(span):
            found.setdefault(aspect, set()).add(value)
    return {aspect: tuple(sorted(values)) for aspect, values in found.items()}


def _traits_of(span: Span) -> Iterator[tuple[str, str]]:
    said, kind = span.attributes, span.attributes.get("plimsoll.kind")
    if error := _text(said.get("error.type")):
        yield "error", error
    for event in span.events:
        yield "event", event.name
    yield from _versions_of(said)
    match kind:
        case "model":
            yield from _traits_of_call(said)
        case "retrieval":
            yield from _traits_of_retrieval(said)
        case "tool":
            yield "tool", _text(said.get("gen_ai.tool.name")) or span.name
        case "guard":
            yield (
                "guard",
                f"{span.name}: {_text(said.get('plimsoll.outcome')) or ('failed' if span.error else 'passed')}",
            )
        case _:
            return


def _versions_of(said: Mapping[str, Attribute]) -> Iterator[tuple[str, str]]:
    for aspect in ("prompt", "agent"):
        if version := said.get(f"gen_ai.{aspect}.version"):
            yield aspect, f"{_text(said.get(f'gen_ai.{aspect}.name'))} {version}".strip()


def _traits_of_call(said: Mapping[str, Attribute]) -> Iterator[tuple[str, str]]:
    model = _text(said.get("gen_ai.response.model")) or _text(said.get("gen_ai.request.model"))
    if model:
        yield "model", model
    for aspect, attribute in _OF_CALLS.items():
        if value := _text(said.get(attribute)):
            yield aspect, value
    told = name_instructions(_text(said.get("gen_ai.system_instructions")), _text(said.get("plimsoll.input")))
    if told:
        yield "instructions", told
    for name in _SETTINGS:
        if (value := said.get(f"gen_ai.request.{name}")) is not None:
            yield "setting", f"{name} {value}"
    reasons = said.get("gen_ai.response.finish_reasons")
    for reason in reasons if isinstance(reasons, list) else ():
        yield "finish", reason


def _traits_of_retrieval(said: Mapping[str, Attribute]) -> Iterator[tuple[str, str]]:
    if finding := _text(said.get("plimsoll.retrieval.finding")):
        yield "finding", finding
    if said.get("plimsoll.retrieval.stale_passages"):
        yield "stale", "yes"
    steps = said.get("plimsoll.retrieval.degraded")
    for step in steps if isinstance(steps, list) else ():
        yield "without", step
    for document in _documents(said):
        yield "document", document.source or document.id


def _traits_of_input(text: str) -> dict[str, tuple[str, ...]]:
    if not text:
        return {}
    form = {
        "has a number": any(letter.isdigit() for letter in text),
        "has a link": bool(_LINK.search(text)),
        "has code": bool(_CODE.search(text)),
        "is a question": "?" in text,
        "has several lines": "\n" in text.strip(),
    }
    return {
        "language": _one(guess_language(text)),
        "script": _one(guess_script(text)),
        "form": tuple(name for name, holds in form.items() if holds),
    }


def _verdicts(scores: Sequence[Score]) -> dict[str, tuple[str, ...]]:
    known = [one for one in scores if one.passed is not None]
    return {"verdict": tuple(sorted({f"{one.name}: {'passed' if one.passed else 'failed'}" for one in known}))}


def _amounts(trace: Trace, text: str) -> dict[str, float]:
    summary = trace.summary
    amounts: dict[str, float] = {
        "latency": summary.duration_ms,
        "input_length": float(len(text)),
        "model_calls": float(_count(trace.spans, "model")),
        "tool_calls": float(_count(trace.spans, "tool")),
    }
    if amounts["model_calls"]:
        amounts |= {"input_tokens": float(summary.input_tokens), "output_tokens": float(summary.output_tokens)}
    if summary.output_text:
        amounts["output_length"] = float(len(_texts_of(summary.output_text)))
    if summary.cost_usd is not None:
        amounts["cost"] = summary.cost_usd
    amounts |= {f"step {name}": took for name, took in own_times(trace.spans).items()}
    amounts |= {f"score {one.name}": one.value for one in trace.scores if one.value is not None}
    amounts |= _retrieved(trace.spans)
    return {name: value for name, value in amounts.items() if math.isfinite(value)}


def _retrieved(spans: Sequence[Span]) -> dict[str, float]:
    said = next((span.attributes for span in spans if span.attributes.get("plimsoll.kind") == "retrieval"), None)
    if said is None:
        return {}
    documents = _documents(said)
    found = {"passages": float(len(documents))}
    scores = [one.score for one in documents if one.score is not None]
    if scores:
        found["top_score"] = max(scores)
    chance = said.get("plimsoll.answerability")
    if isinstance(chance, int | float):
        found["answerability"] = float(chance)
    return found


def _documents(said: Mapping[str, Attribute]) -> list[_Document]:
    """Return what a retrieval found; nothing where its text was cut, or is another program's."""
    try:
        return msgspec.json.decode(_text(said.get("gen_ai.retrieval.documents")), type=list[_Document])[
            :_MOST_DOCUMENTS
        ]
    except (msgspec.DecodeError, RecursionError):
        return []


def _texts_of(stored: str | None) -> str:
    """Return what a stored input or output says, without the names of its fields."""
    try:
        return "\n".join(_texts_in(msgspec.json.decode(stored or '""')))[:_MOST_TEXT]
    except (msgspec.DecodeError, RecursionError):
        return (stored or "")[:_MOST_TEXT]


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _texts_in(item)
    elif isinstance(value, dict):
        for name, item in cast("dict[str, object]", value).items():
            if name not in _SKIPPED_KEYS:
                yield from _texts_in(item)


def _count(spans: Sequence[Span], kind: str) -> int:
    return sum(span.attributes.get("plimsoll.kind") == kind for span in spans)


def _one(value: object) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _text(value: Attribute | None) -> str:
    return value if isinstance(value, str) else ""
