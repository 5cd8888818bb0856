"""`plimsoll traces [TRACE]`."""

from datetime import timedelta

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import describe_score
from plimsoll.project import Project
from plimsoll.records import ErrorClass, Outcome, Span
from plimsoll.traces import Trace, TraceFilter, TraceSummary

_SHORT_ID = 14
_TEXT_WIDTH = 44
_TOLD = ("plimsoll.target", "plimsoll.reason")
"""What is shown of an event besides its name."""


@click.command()
@click.argument("trace", required=False)
@click.option("--feature", help="Only this feature.")
@click.option("--outcome", type=click.Choice([str(outcome) for outcome in Outcome]), help="Only this outcome.")
@click.option("--error-class", type=click.Choice([str(kind) for kind in ErrorClass]), help="Only this error class.")
@click.option("--text", help="Only traces whose input, output or error contains this.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="Only the last so many hours.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(trace: str | None, *, hours: float | None, as_json: bool, **wanted: str | int | None) -> None:
    """List what was asked and answered, newest first, or open TRACE (an id, or the beginning of one)."""
    if trace:
        run_in_project(lambda project: _open(project, trace, as_json=as_json))
        return
    since = timedelta(hours=hours) if hours else None
    where = msgspec.convert(wanted, TraceFilter)
    found = run_in_project(lambda project: project.traces.list(where, within=since))
    _print(found, as_json=as_json)


async def _open(project: Project, trace: str, *, as_json: bool) -> None:
    found = await project.traces.get(trace)
    if as_json:
        print_json(found)
        return
    console = make_console()
    _show_trace(found, console)
    known = await project.evals.calibrations() if found.scores else ()
    for score in found.scores:
        console.print(Text(plain(f"score: {describe_score(score, known)}")))


def _print(found: list[TraceSummary], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        _show_list(found, make_console())


def _show_list(found: list[TraceSummary], console: Console) -> None:
    if not found:
        console.print("No traces. Ask something: plimsoll ask 'How long do customers have to return an item?'")
        return
    table = Table(box=None, expand=True)
    for name in ("trace", "started (UTC)", "feature", "outcome", "ms", "tokens", "cost"):
        table.add_column(name, no_wrap=True)
    table.add_column("input", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in found:
        table.add_row(
            row.trace_id[:_SHORT_ID],
            f"{row.started_at:%m-%d %H:%M:%S}",
            row.feature or row.name,
            str(row.outcome or "unfinished"),
            f"{row.duration_ms:.0f}",
            str(row.input_tokens + row.output_tokens),
            _cost(row.cost_usd),
            _shorten(row.input_text or ""),
        )
    console.print(table)


def _show_trace(trace: Trace, console: Console) -> None:
    summary = trace.summary
    console.print(Text(f"Trace {summary.trace_id}", "bold"))
    console.print(
        Text(
            f"{summary.feature or summary.name} · {summary.outcome or 'unfinished'} · {summary.duration_ms:.0f} ms · "
            f"{summary.input_tokens} tokens in, {summary.output_tokens} out · {_cost(summary.cost_usd)}"
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


def _cost(cost_usd: float | None) -> str:
    return "unknown" if cost_usd is None else f"${cost_usd:.4f}"


def _shorten(text: str) -> str:
    return text if len(text) <= _TEXT_WIDTH else f"{text[: _TEXT_WIDTH - 1]}…"
