"""`plimsoll ask TEXT`."""

import json

import click
from pydantic import BaseModel
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from plimsoll.cli.console import make_console, plain
from plimsoll.cli.group import MACHINE_FAILED, MUST_CHANGE
from plimsoll.cli.opened import run_in_project
from plimsoll.features import Result
from plimsoll.knowledge import describe_age
from plimsoll.project import write_answer
from plimsoll.records import Citation, ErrorClass, Outcome, Passage

_NEAREST = 3
_PREVIEW_CHARACTERS = 220


@click.command()
@click.argument("text")
@click.option("--feature", default="", help="Feature to ask; default: the project's default feature.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(text: str, *, feature: str, as_json: bool) -> None:
    """Ask a question; get an answer with citations, or an honest abstention."""
    result = run_in_project(lambda project: project.ask(text, feature=feature))
    if as_json:
        click.echo(json.dumps(write_answer(result), ensure_ascii=False))
    else:
        _show(result, make_console())
    if result.outcome is Outcome.FAILED:
        is_ours_to_change = result.error_class is ErrorClass.VALIDATION
        click.get_current_context().exit(MUST_CHANGE if is_ours_to_change else MACHINE_FAILED)


def _show(result: Result[BaseModel], console: Console) -> None:
    answer = write_answer(result)["answer"]
    if result.outcome is Outcome.ANSWERED:
        console.print(Text(plain(str(answer), keep="\n\t")))
        _show_citations(result.citations, console)
        for warning in result.warnings:
            console.print(Text(f"\nNote: {plain(warning)}", "yellow"))
    else:
        console.print(Text(f"{str(result.outcome).capitalize()}. {plain(result.message)}"))
        _show_nearest(result.passages, console)
    cost = "cost unknown" if result.cost_usd is None else f"${result.cost_usd:.4f}"
    console.print(Text(f"\n{result.outcome} in {result.latency_ms:.0f} ms, {cost}, trace {result.trace_id}", "dim"))


def _show_citations(citations: tuple[Citation, ...], console: Console) -> None:
    for number, citation in enumerate(citations, start=1):
        console.print(Text(f"\n[{number}] {_place(citation)}", "bold"))
        console.print(Padding(Text(f"“{plain(' '.join(citation.quote.split()))}”"), (0, 0, 0, 4)))


def _show_nearest(passages: tuple[Passage, ...], console: Console) -> None:
    if passages:
        console.print(Text("\nThe nearest passages:", "bold"))
    for passage in passages[:_NEAREST]:
        preview = plain(" ".join(passage.text.split()))
        shortened = preview if len(preview) <= _PREVIEW_CHARACTERS else f"{preview[:_PREVIEW_CHARACTERS]} …"
        console.print(Text(f"\n- {_place(passage)}", "bold"))
        console.print(Padding(Text(shortened), (0, 0, 0, 4)))


def _place(where: Citation | Passage) -> str:
    page = f", page {where.page}" if where.page is not None else ""
    heading = f" · {where.heading}" if where.heading else ""
    return plain(f"{where.source}{page}{heading}{_age(where)}")


def _age(where: Citation | Passage) -> str:
    if where.age_seconds is None:
        return ""
    return f" ({'stale: ' if where.is_stale else ''}seen {describe_age(where.age_seconds)} ago)"
