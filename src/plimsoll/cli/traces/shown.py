"""One trace, printed for a person at a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from plimsoll.cli.console import plain
from plimsoll.evals import Calibration, describe_score
from plimsoll.records import Span
from plimsoll.traces import Trace, TraceSummary

_TOLD = ("plimsoll.target", "plimsoll.reason")
"""What is shown of an event besides its name."""


def show_trace(trace: Trace, console: Console, *, known: Sequence[Calibration]) -> None:
    """Print the trace as a tree of its steps, and its scores; `known` are calibrations of judges."""
    summary = trace.summary
    console.print(Text(f"Trace {summary.trace_id}", "bold"))
    console.print(
        Text(
            f"{summary.feature or summary.name} · {show_outcome(summary)} · {summary.duration_ms:.0f} ms · "
            f"{summary.input_tokens} tokens in, {summary.output_tokens} out · cost {show_cost(summary.cost_usd)}"
        )
    )
    if summary.error:
        console.print(Text(f"{summary.error_class or 'error'}: {summary.error}", "red"))
    for name, text in (("input", summary.input_text), ("output", summary.output_text)):
        if text:
            console.print(Text(f"{name}: {text}"))
    console.print(_grow_tree(trace.spans))
    if trace.omitted_spans:
        console.print(Text(f"and {trace.omitted_spans} more steps", "dim"))
    for score in trace.scores:
        console.print(Text(plain(f"score: {describe_score(score, known)}")))


def _grow_tree(spans: tuple[Span, ...]) -> Tree:
    root = Tree("steps", hide_root=True)
    branches: dict[str, Tree] = {}
    for span in spans:
        parent = branches.get(span.parent_id or "", root)
        branches[span.span_id] = parent.add(_describe(span))
    return root


def _describe(span: Span) -> Text:
    text = Text.assemble((span.name, "bold"), f"  {span.duration_ms:.1f} ms")
    if span.error:
        text.append(f"  {span.error}", "red")
    for event in span.events:
        text.append(f"\n  {event.name}", "yellow")
        text.append("".join(f"  {event.attributes[name]}" for name in _TOLD if name in event.attributes))
    return text


def show_outcome(summary: TraceSummary) -> str:
    """Write how a trace ended; work of our own, such as reading documents, has no outcome and is done all the same."""
    if summary.outcome or not summary.has_root:
        return str(summary.outcome or "unfinished")
    return "failed" if summary.error else "done"


def show_cost(cost_usd: float | None) -> str:
    """Write a cost; an unknown price is said, never shown as zero."""
    return "unknown" if cost_usd is None else f"${cost_usd:.4f}"
