"""`plimsoll traces [list] [TRACE]`."""

from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.traces.options import filter_options, read_options
from plimsoll.cli.traces.shown import show_cost, show_outcome, show_trace
from plimsoll.pages import main_text
from plimsoll.project import Project
from plimsoll.traces import TracePage, TraceSummary

_SHORT_ID = 14
_TEXT_WIDTH = 44
_SEARCH_SECONDS = 10.0


@click.command("list")
@click.argument("trace", required=False)
@filter_options
@click.option("--view", metavar="NAME", help="Open a saved view; other options win over what it says.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_traces(trace: str | None, *, view: str | None, as_json: bool, **given: str | None) -> None:
    """List what was asked and answered, newest first, or open TRACE (an id, or the beginning of one)."""
    if trace:
        run_in_project(lambda project: _open(project, trace, as_json=as_json))
        return
    page = run_in_project(lambda project: _page(project, view, given))
    _print(
        page.traces, as_json=as_json, is_narrowed=view is not None or any(text is not None for text in given.values())
    )
    if page.reached is not None:
        click.echo(f"Searched back to {page.reached}; go on with --until {page.reached.isoformat()}.", err=True)


async def _page(project: Project, view: str | None, given: Mapping[str, str | None]) -> TracePage:
    filters: dict[str, str | None] = {}
    if view is not None:
        filters.update((await project.traces.views.get(view)).filters)
    filters.update((name, text) for name, text in given.items() if text is not None)
    return await project.traces.page(read_options(filters), seconds=_SEARCH_SECONDS)


async def _open(project: Project, trace: str, *, as_json: bool) -> None:
    found = await project.traces.get(trace)
    if as_json:
        print_json(found)
        return
    known = await project.evals.calibrations() if found.scores else ()
    show_trace(found, make_console(), known=known)


def _print(found: list[TraceSummary], *, as_json: bool, is_narrowed: bool) -> None:
    if as_json:
        print_json(found)
    elif found:
        _show_list(found, make_console())
    elif is_narrowed:
        make_console().print("No request fits. All that is stored: plimsoll traces --traffic all")
    else:
        make_console().print(
            "No requests yet. Ask something: plimsoll ask 'How long do customers have to return an item?'"
        )


def _show_list(found: list[TraceSummary], console: Console) -> None:
    table = Table(box=None, expand=True)
    for name in ("trace", "started (UTC)", "feature", "outcome", "ms", "tokens", "cost"):
        table.add_column(name, no_wrap=True)
    table.add_column("input", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in found:
        table.add_row(
            row.trace_id[:_SHORT_ID],
            f"{row.started_at:%m-%d %H:%M:%S}",
            row.feature or row.name,
            show_outcome(row),
            f"{row.duration_ms:.0f}",
            str(row.input_tokens + row.output_tokens),
            show_cost(row.cost_usd),
            _shorten(" ".join(main_text(row.input_text or "").split())),
        )
    console.print(table)


def _shorten(text: str) -> str:
    return text if len(text) <= _TEXT_WIDTH else f"{text[: _TEXT_WIDTH - 1]}…"
