"""`plimsoll knowledge migrate CORPUS`."""

import sys
from collections.abc import Callable

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.knowledge.eval import read_asker
from plimsoll.cli.opened import run_in_project
from plimsoll.evals import render_differences
from plimsoll.knowledge import KeptComparison, MigrationReport, MigrationState
from plimsoll.project import EmbeddingComparison, EmbeddingEstimate, Project
from plimsoll.records import Principal

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    corpus: str
    to: str
    dataset: str
    change: str
    without_comparison: bool
    caller: Principal


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    estimate: EmbeddingEstimate | None
    embedding: MigrationReport | None
    cost_usd: float | None
    comparison: EmbeddingComparison | None
    state: MigrationState
    compared: KeptComparison | None


@click.command()
@click.argument("corpus")
@click.option("--to", default="", metavar="MODEL", help="Embed with MODEL beside the model that serves.")
@click.option("--dataset", default="", help="Compare both models on a dataset, as `plimsoll knowledge eval` reads it.")
@click.option("--as", "asker", default="", help="Who asks in the comparison; default: you.")
@click.option("--switch", "change", flag_value="switch", help="Let the coming model serve.")
@click.option("--rollback", "change", flag_value="rollback", help="Let the former model serve again.")
@click.option("--finish", "change", flag_value="finish", help="Drop the vectors of the model that does not serve.")
@click.option("--without-comparison", is_flag=True, help="Switch although the two models were not compared.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def migrate(
    corpus: str, *, to: str, dataset: str, asker: str, change: str | None, without_comparison: bool, as_json: bool
) -> None:
    """Change the embedding model of CORPUS while it is searched; without options, show where it stands.

    MODEL is `plimsoll/minilm`, the folder of a model, or a provider's model by alias or PROVIDER/MODEL; what a provider
    will cost is said before it begins. What is interrupted resumes with the same command. --switch asks for a
    comparison on a dataset first, since the corpus last changed.
    """
    wanted = _Wanted(
        corpus=corpus,
        to=to,
        dataset=dataset,
        change=change or "",
        without_comparison=without_comparison,
        caller=read_asker(asker),
    )
    with Progress(*_COLUMNS, console=make_console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        done = run_in_project(lambda project: _migrate(project, wanted, bar))
    if as_json:
        print_json(done)
    else:
        _show(done)


async def _migrate(project: Project, wanted: _Wanted, bar: Progress) -> _Done:
    migration = await project.knowledge.migration(wanted.corpus)
    estimate = embedded = comparison = None
    if wanted.to:
        estimate = await migration.estimate(wanted.to)
        _announce(estimate)
        embedded = await migration.embed(wanted.to, progress=_shown(bar, "Chunks"))
    if wanted.dataset:
        comparison = await migration.compare(wanted.dataset, caller=wanted.caller, progress=_shown(bar, "Cases"))
    if wanted.change == "switch":
        await migration.switch(without_comparison=wanted.without_comparison)
    elif wanted.change == "rollback":
        await migration.rollback()
    elif wanted.change == "finish":
        await migration.finish()
    return _Done(
        estimate=estimate,
        embedding=embedded.report if embedded else None,
        cost_usd=embedded.cost_usd if embedded else 0.0,
        comparison=comparison,
        state=await migration.state(),
        compared=await migration.comparison(),
    )


def _announce(estimate: EmbeddingEstimate) -> None:
    if estimate.is_provider and estimate.chunks:
        cost = "at an unknown price" if estimate.cost_usd is None else f"about ${estimate.cost_usd:.4f}"
        click.echo(
            f"{estimate.chunks} chunks go to {estimate.model}, sentence by sentence as well: about "
            f"{estimate.tokens:,} tokens, {cost}.",
            err=True,
        )


def _shown(bar: Progress, what: str) -> Callable[[int, int], None]:
    task = bar.add_task(what, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)


def _show(done: _Done) -> None:
    console, embedding = make_console(), done.embedding
    if embedding is not None:
        cost = "at an unknown price" if done.cost_usd is None else f"${done.cost_usd:.4g}"
        cut = f", {embedding.truncated} longer than it reads" if embedding.truncated else ""
        click.echo(
            f"Embedded {embedding.embedded} chunks with {embedding.model}: {embedding.tokens:,} tokens in "
            f"{embedding.seconds:.1f} s, {cost}{cut}."
        )
    if done.comparison is not None:
        console.print(render_differences(done.comparison.differences, baseline="the model that serves"))
    models, corpus = done.state.models, done.state.corpus
    click.echo(f"{corpus} is searched with {models.model} ({models.fingerprint[:16]}).")
    if done.state.missing:
        click.echo(f"{done.state.missing} chunks lack its vectors and are found by their words only.")
    if models.second_role == "coming":
        left = f", {done.state.second_missing} chunks are left" if done.state.second_missing else ""
        click.echo(f"Coming: {models.second_model} ({models.second_fingerprint[:16]}){left}.")
        if done.compared:
            click.echo(f"Compared on {done.compared.dataset}: {done.compared.said}.")
        click.echo(f"Switch with `plimsoll knowledge migrate {corpus} --switch`; drop it with --finish.")
    elif models.second_role == "former":
        click.echo(f"Former: {models.second_model} ({models.second_fingerprint[:16]}).")
        click.echo(f"Go back with `plimsoll knowledge migrate {corpus} --rollback`; drop it with --finish.")
