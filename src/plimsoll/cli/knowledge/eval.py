"""`plimsoll knowledge eval CORPUS DATASET`."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.errors import InvalidRequest
from plimsoll.evals import render_differences, render_retrieval, render_worth
from plimsoll.project import RetrievalEvaluation
from plimsoll.records import Principal


@click.command("eval")
@click.argument("corpus")
@click.argument("dataset")
@click.option("--k", default=5, show_default=True, help="Places that recall looks at.")
@click.option("--as", "asker", default="", help="Who asks, e.g. user:ada,group:finance; default: you.")
@click.option("--feature", default="", help="Also weigh its citations, and its answers with and without passages.")
@click.option("--against", default="", metavar="RUN", help="Compare with an earlier run, case by case.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every case.")
def evaluate(corpus: str, dataset: str, *, k: int, asker: str, feature: str, against: str, as_json: bool) -> None:
    """Measure what CORPUS finds for the questions of DATASET, a name in `datasets/` or a path to a .jsonl file.

    A case says where its answer stands: "expected": {"evidence": [{"source": "leave.md", "page": 2, "text": "30
    days"}]}, or "contains"; "abstain": true marks a question that the documents do not answer.
    """
    caller = read_asker(asker)
    with shown_progress() as show:
        found = run_in_project(
            lambda project: project.knowledge.evaluate(
                corpus, dataset, k=k, caller=caller, feature=feature, against=against, progress=show
            )
        )
    if as_json:
        print_json(found)
    else:
        _show(found)


def read_asker(names: str) -> Principal:
    """Return the caller whom `user:ada,group:finance` names; the person at this machine for an empty text."""
    if not names:
        return Principal.local()
    parts = [name.strip() for name in names.split(",") if name.strip()]
    groups = frozenset(name.removeprefix("group:") for name in parts if name.startswith("group:"))
    people = [name for name in parts if name.startswith(("user:", "key:"))]
    if len(people) > 1 or len(groups) + len(people) != len(parts) or not parts:
        raise InvalidRequest(
            f"{names!r} names no caller.", next_step="Write one user or key, then groups: --as user:ada,group:finance."
        )
    return Principal(id=people[0] if people else "user:nobody", groups=groups)


def _show(found: RetrievalEvaluation) -> None:
    console = make_console()
    console.print(render_retrieval(found.run, found.figures))
    if found.differences:
        console.print(render_differences(found.differences, baseline=found.baseline))
    if found.worth is not None:
        console.print(render_worth(found.worth))


@contextmanager
def shown_progress() -> Generator[Callable[[int, int], None]]:
    """Yield what shows cases done of all on standard error, where that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Cases", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
