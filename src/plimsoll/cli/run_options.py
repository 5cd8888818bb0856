"""The options of the verbs that run a dataset: `eval` and `gate` take the same."""

import functools
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plimsoll.cli.console import make_console
from plimsoll.evals import EvalRun, RunProgress
from plimsoll.project import NEWEST, CostEstimate, EvalAsked, EvalWatch

Command = Callable[..., None]

_OPTIONS = (
    click.option("--concurrency", default=1, show_default=True, help="Requests at once; latency is judged at 1 only."),
    click.option("--repeats", type=int, help="How often each case is asked for; default: once."),
    click.option("--max-cost", type=float, metavar="USD", help="The most that the run may cost, judges included."),
    click.option("--model", default="", help="Ask this model in place of the feature's: a variant."),
    click.option("--prompt", default="", metavar="FILE", help="Use this prompt in place of the feature's: a variant."),
    click.option("--dataset", default="", metavar="NAME[@VERSION]", help="Run this dataset in place of the feature's."),
    click.option(
        "--resume",
        is_flag=False,
        flag_value=NEWEST,
        default="",
        metavar="[RUN]",
        help="Go on with an interrupted run: this one, or the newest.",
    ),
)

_FIELDS = {
    "concurrency": "concurrency",
    "repeats": "repeats",
    "max_cost": "max_cost_usd",
    "model": "model",
    "prompt": "prompt",
    "dataset": "dataset",
    "resume": "resume",
}
"""The fields of `EvalAsked` by the options that fill them."""


def run_options(command: Command) -> Command:
    """Add the options; the command gets what they ask for as `asked`."""

    @functools.wraps(command)
    def wrapped(*args: object, **given: object) -> None:
        asked = {field: given.pop(option) for option, field in _FIELDS.items()}
        command(*args, asked=msgspec.convert(asked, EvalAsked), **given)

    decorated: Command = wrapped
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@contextmanager
def watched() -> Generator[EvalWatch]:
    """Show the estimate and a bar on the terminal while cases run; nothing where there is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[cost]}"),
    )
    console, is_shown = make_console(stderr=True), sys.stderr.isatty()
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as bar:
        task = bar.add_task("Cases", total=None, cost="")

        def show_estimate(estimate: CostEstimate) -> None:
            if is_shown:
                bar.console.print(estimate.describe())

        def show(progress: RunProgress) -> None:
            bar.update(task, completed=progress.done, total=progress.total, cost=_describe_cost(progress))

        yield EvalWatch(estimate=show_estimate, progress=show)


@contextmanager
def resumable() -> Generator[None]:
    """Let the sentence after Ctrl-C name the option by which the same command goes on."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt("--resume") from interrupt


def explain_stop(run: EvalRun, verb: str) -> str:
    """Return why the run stopped before its end and how to go on, as two lines; empty for a complete run."""
    if run.is_complete:
        return ""
    done, asked = len(run.results), run.cases * run.repeats
    return (
        f"Stopped after {done} of {asked} requests. {run.stop_reason}\n"
        f"  Go on with a higher cap: plimsoll {verb} {run.feature} --resume {run.id[:12]} --max-cost USD"
    )


def _describe_cost(progress: RunProgress) -> str:
    unpriced = f" and {progress.unpriced} of unknown cost" if progress.unpriced else ""
    return f"{progress.cost_usd:.4g} USD{unpriced}"
