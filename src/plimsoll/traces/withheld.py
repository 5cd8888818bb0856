"""A trace as it is shown to somebody who may not read what it rests on: figures, and no words of anybody. Pure.

Each record is made anew from what is named here, so that a field which is added later is withheld until it is named.
"""

import re
from collections.abc import Collection

import msgspec

from plimsoll.records import Attribute, Score, Span
from plimsoll.traces.records import Trace, TraceFilter, TraceSummary
from plimsoll.traces.steps import StepLine

WITHHELD = (
    "Content is withheld: this rests on documents that not everybody may read. Administrators see its figures; "
    "only who asked sees what was asked, found and answered."
)
"""Why nothing but figures is shown, for pages and programs."""
_FAILED = "It failed. The words are withheld."
_KINDS = frozenset(
    {"agent", "embedding", "guard", "judge", "model", "operation", "prompt", "request", "rerank", "retrieval", "tool"}
)
_STEPS = _KINDS | {
    *("answer", "bench", "chat", "cite", "create_agent", "embed", "embeddings", "execute_tool", "feature"),
    *("fit", "generate_content", "ingest", "invoke_agent", "invoke_workflow", "measure", "parse", "retrieve"),
    *("search", "sync", "text_completion"),
}
"""Words that names of steps begin with: operations of OpenTelemetry's conventions and Plimsoll's own."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}", re.ASCII)
_MODELS = ("gen_ai.request.model", "gen_ai.response.model")
_OPERATION = "gen_ai.operation.name"
_KIND = "plimsoll.kind"
_FIGURES = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.reasoning.output_tokens",
    "plimsoll.cost_usd",
)
_SHOWN_FACTS = frozenset(
    {"feature", "outcome", "error_class", "tenant", "seen_by", "traffic", "since", "until", "model", "kind"}
    | {"min_ms", "max_ms", "min_cost", "max_cost", "min_tokens", "max_tokens", "score", "sort", "before", "limit"}
)
_RULINGS = frozenset({"", "pass", "fail", "unknown"})
_ANY = TraceFilter()


def can_find_withheld(where: TraceFilter) -> bool:
    """Tell whether the filter asks only for what a withheld trace shows: by any other, it would be found by its words.

    Words, people, conversations, tags and labels are not among it, nor a fact which this module does not know.
    """
    if any(getattr(where, name) != getattr(_ANY, name) for name in where.__struct_fields__ if name not in _SHOWN_FACTS):
        return False
    names = [where.feature, where.model, where.score.name if where.score else None]
    is_ruling = where.score is None or where.score.word in _RULINGS
    return is_ruling and where.kind in {None, *_KINDS} and all(name is None or _is_name(name) for name in names)


class Withheld:
    """Makes the withheld form of records. Names of steps are shown as far as they are made of known names."""

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = frozenset(known) | _STEPS

    def trace(self, trace: Trace) -> Trace:
        """Return the trace with its steps and scores."""
        return Trace(
            summary=self.summary(trace.summary),
            spans=tuple(self.span(span) for span in trace.spans),
            omitted_spans=trace.omitted_spans,
            scores=tuple(self.score(score) for score in trace.scores),
        )

    def summary(self, one: TraceSummary) -> TraceSummary:
        """Return the line of a list; whoever asked is not named either."""
        feature, model, kind = _name(one.feature), _name(one.model), _kind(one.kind)
        return TraceSummary(
            trace_id=one.trace_id,
            started_at=one.started_at,
            name=self._step(one.name, feature, model) or kind or "request",
            feature=feature,
            outcome=one.outcome,
            error_class=one.error_class,
            error=None,
            duration_ms=one.duration_ms,
            input_tokens=one.input_tokens,
            output_tokens=one.output_tokens,
            cost_usd=one.cost_usd,
            tenant=one.tenant,
            subject=None,
            input_text=None,
            output_text=None,
            span_count=one.span_count,
            is_closed=one.is_closed,
            kind=kind,
            has_root=one.has_root,
            model=model,
            cached_tokens=one.cached_tokens,
            reasoning_tokens=one.reasoning_tokens,
            unpriced=one.unpriced,
            inclusion=one.inclusion,
            is_settled=one.is_settled,
            withheld=WITHHELD,
        )

    def line(self, line: StepLine) -> StepLine:
        """Return the line of a tree."""
        model, kind = _name(line.model), _kind(line.kind)
        name = self._step(line.name, model) or kind or "step"
        return msgspec.structs.replace(line, name=name, kind=kind, model=model)

    def span(self, span: Span) -> Span:
        """Return the step: its times, its model and its counts, without events."""
        said = {name: value for name, value in span.attributes.items() if _is_figure(name, value)}
        model, kind = _text(said, *_MODELS), _text(said, _KIND)
        return Span(
            trace_id=span.trace_id,
            span_id=span.span_id,
            parent_id=span.parent_id,
            name=self._step(span.name, model) or kind or "step",
            start_ns=span.start_ns,
            end_ns=span.end_ns,
            error=None if span.error is None else _FAILED,
            attributes=said,
        )

    def score(self, score: Score) -> Score:
        """Return the score without its reason, its label and who gave it."""
        return Score(
            name=_name(score.name) or "score",
            value=score.value,
            passed=score.passed,
            source=score.source,
            trace_id=score.trace_id,
            at=score.at,
            cost_usd=score.cost_usd,
            inclusion=score.inclusion,
        )

    def _step(self, name: str, *own: str | None) -> str:
        """Return the words of a step's name up to the first that nobody knows; empty where the first is none."""
        shown: list[str] = []
        for word in name.split():
            if word not in self._known and word not in own:
                break
            shown.append(word)
        return " ".join(shown)


def _is_figure(name: str, value: Attribute) -> bool:
    if name in _FIGURES:
        return isinstance(value, int | float)
    allowed = _KINDS if name == _KIND else _STEPS if name == _OPERATION else ()
    return isinstance(value, str) and (value in allowed or (name in _MODELS and _is_name(value)))


def _text(said: dict[str, Attribute], *names: str) -> str | None:
    return next((str(said[name]) for name in reversed(names) if name in said), None)


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _name(text: str | None) -> str | None:
    return text if text is not None and _is_name(text) else None


def _kind(kind: str | None) -> str | None:
    return kind if kind in _KINDS else None
