"""`plimsoll traces replay TRACE`."""

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.traces.shown import show_cost
from plimsoll.pages import diff_words, main_text
from plimsoll.project import Replay, ReplayAsked

_STYLES = {"same": "", "removed": "red strike", "added": "green"}


@click.command("replay")
@click.argument("trace")
@click.option("--model", default="", help="Ask this model in place of the feature's.")
@click.option("--prompt", default="", metavar="FILE", help="Use this prompt in place of the feature's.")
@click.option("--variant", default="", metavar="CHANGES", help="Both in one: `model=strong, prompt=prompts/b.md`.")
@click.option(
    "--live/--recorded", "is_live", default=False, help="Ask models and corpora anew, or take what was recorded."
)
@click.option(
    "--missing",
    type=click.Choice(["stop", "live"]),
    default="stop",
    show_default=True,
    help="What becomes of a call that the recording does not hold.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay_trace(trace: str, *, as_json: bool, **asked: str) -> None:
    """Run the request of TRACE again, on the same configuration or another, and show both side by side.

    Recorded answers cost nothing. The repetition is a trace of its own, in the dataset `replay`.
    """
    wanted = ReplayAsked(**asked)  # type: ignore[arg-type]
    found = run_in_project(lambda project: project.traces.replay(trace, wanted))
    if as_json:
        print_json(found)
    else:
        _show(found, make_console())


def _show(found: Replay, console: Console) -> None:
    first, second = found.original, found.replayed
    changed = found.variant or "the same configuration"
    console.print(
        Text(plain(f"Trace {first.trace_id}, replayed {found.mode} with {changed}: {second.trace_id}"), "bold")
    )
    for call in found.went_live:
        console.print(Text(plain(f"live, since the recording does not hold it: {call}"), "yellow"))
    table = Table(box=None)
    for name in ("", "then", "now"):
        table.add_column(name)
    table.add_row("outcome", str(first.outcome or "none"), str(second.outcome or "none"))
    table.add_row("tokens in", str(first.input_tokens), str(second.input_tokens))
    table.add_row("tokens out", str(first.output_tokens), str(second.output_tokens))
    table.add_row("cost", show_cost(first.cost_usd), show_cost(found.cost_usd))
    table.add_row("time", f"{first.duration_ms:.0f} ms", f"{second.duration_ms:.0f} ms")
    for step in found.steps:
        table.add_row(plain(step.name), _milliseconds(step.first_ms), f"{_milliseconds(step.second_ms)} {step.served}")
    console.print(table)
    console.print(_compare(first.output_text or "", second.output_text or ""))


def _compare(before: str, after: str) -> Text:
    if before == after:
        return Text(plain(f"The same output: {main_text(after, 'answer')}" if after else "Neither has an output."))
    text = Text("Output: ")
    for part in diff_words(main_text(before, "answer"), main_text(after, "answer")):
        text.append(plain(part.text), _STYLES[part.change])
    return text


def _milliseconds(took: float | None) -> str:
    return "none" if took is None else f"{took:.1f} ms"
