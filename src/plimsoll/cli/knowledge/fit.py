"""`plimsoll knowledge fit CORPUS DATASET`."""

import json

import click
import msgspec
from rich.console import Console

from plimsoll.cli.console import make_console
from plimsoll.cli.knowledge.eval import read_asker, shown_progress
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import AnswerFit, LegMix, MixFit
from plimsoll.project import RetrievalFit
from plimsoll.records import Interval


@click.command()
@click.argument("corpus")
@click.argument("dataset")
@click.option("--as", "asker", default="", help="Who asks, e.g. user:ada,group:finance; default: you.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def fit(corpus: str, dataset: str, *, asker: str, as_json: bool) -> None:
    """Fit how CORPUS ranks, and when it has an answer, on the labels of DATASET, a name in `datasets/` or a path.

    Questions with evidence decide how much words, chunk and closest sentence count; with questions that are to be
    abstained from, the weights of answerability are fitted too. What is gained is measured on questions held out, and
    only what is better beyond chance is printed as settings. Nothing is changed until you put them into plimsoll.toml.
    """
    caller = read_asker(asker)
    with shown_progress() as show:
        found = run_in_project(lambda project: project.knowledge.fit(corpus, dataset, caller=caller, progress=show))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
    else:
        _show(found)


def _show(found: RetrievalFit) -> None:
    console = make_console()
    for sentence in found.undecided:
        console.print(sentence)
    if found.skipped:
        console.print(f"{found.skipped} questions were refused and took no part.")
    if found.mix is not None:
        _show_mix(console, found.mix)
    if found.answerability is not None:
        _show_answerability(console, found.answerability)
    if found.settings:
        console.print("\nBetter beyond chance. To keep it, put this into plimsoll.toml:\n")
        click.echo(found.settings)


def _show_mix(console: Console, mix: MixFit) -> None:
    after = f"{mix.before + mix.gain.estimate:.3f}"
    console.print(
        f"mix of legs: {_legs(mix.in_use)} now, {_legs(mix.mix)} by {mix.questions} questions with evidence\n"
        f"  nDCG@10 of questions held out: {mix.before:.3f} now, {after} fitted, {_gain(mix.gain)}"
        f"{_groups(keeps_documents_whole=mix.keeps_documents_whole)}",
    )
    if not mix.is_better:
        console.print(f"  The mix stays, because {_why_mix_stays(mix)}.")


def _why_mix_stays(mix: MixFit) -> str:
    if mix.mix == mix.in_use:
        return "no other is better on these questions"
    return "the gain is not beyond chance" if mix.gain.high > 0 else "what is fitted is worse on questions held out"


def _show_answerability(console: Console, fitted: AnswerFit) -> None:
    before, after = fitted.before, fitted.after
    console.print(
        f"answerability: {fitted.answerable} questions with an answer, {fitted.unanswerable} without\n"
        f"  AUC held out: {before.area.estimate:.3f} now, {after.area.estimate:.3f} fitted\n"
        f"  answered, of those with an answer: {before.answered:.3f} now, {after.answered:.3f} fitted\n"
        f"  abstained, of those without: {before.abstained:.3f} now, {after.abstained:.3f} fitted\n"
        f"  log probability of the truth, a question: {_gain(fitted.gain)}"
        f"{_groups(keeps_documents_whole=fitted.keeps_documents_whole)}",
    )
    if not fitted.is_better:
        console.print("  The weights stay, because the gain is not beyond chance.")


def _legs(mix: LegMix) -> str:
    return f"words {mix.words:g}, chunk {mix.chunk:g}, sentence {mix.sentence:g}"


def _gain(gain: Interval) -> str:
    return f"gain {gain.estimate:+.3f} (95 % interval {gain.low:+.3f} to {gain.high:+.3f})"


def _groups(*, keeps_documents_whole: bool) -> str:
    return "" if keeps_documents_whole else "\n  Fewer than ten documents: questions about one may stand on both sides."
