"""A feature's runs over time: what each showed, what was different from the run before, and what that did.

Called by the project's operations. Pure. A difference is measured on the cases that both runs have alike; what is said
to have changed is what the runs recorded, so that two changes at once are two changes, and chance is in the interval.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.experiment import Experiment
from plimsoll.evals.run_comparison import compare_cases
from plimsoll.line import BarDecision, Line, decide_line, evidence_for_line
from plimsoll.records import Interval, Verdict

_DIGITS = 8
_OWN_WORDS = frozenset({"prompt", "model"})


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """By how much one quantity differs from the run before, on the same cases."""

    name: str
    """A bar on a share or a scorer, above zero where the run is better; or `latency` or `cost`, where it takes more."""
    unit: str
    """`share`, `s` or `USD`."""
    n: int
    """Cases that both runs have a value for."""
    delta: Interval | None
    """The mean paired difference; None where too few cases have one."""


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One run, and what became of it."""

    run_id: str
    """The run."""
    started_at: datetime
    """When it began, in UTC."""
    model: str
    """The model that was asked."""
    revision: str | None
    """The project's git commit."""
    dataset: str
    """The dataset's name."""
    dataset_version: str
    """The dataset's content hash."""
    cases: int
    """Cases in the dataset."""
    repeats: int
    """How often each was asked for."""
    is_complete: bool
    """Whether every case was run; a run that was not is never compared with."""
    cost_usd: float | None
    """What its requests cost; None when a price is unknown."""
    scoring_usd: float | None
    """What its judges cost; None when a price is unknown."""
    experiment: Experiment
    """What else it was made with."""
    bars: tuple[BarDecision, ...]
    """Each bar of the line as it is drawn now, with figure and interval; empty without a line."""
    verdict: Verdict | None
    """What they come to; None without a line."""
    compared_with: str
    """The complete run before it; empty for the first one and for an interrupted run."""
    changed: tuple[str, ...]
    """What was different from that run, a few words each; empty where nothing that is recorded was."""
    effects: tuple[Effect, ...]
    """By how much it differs from that run; empty where they have no case in common."""


def trace_history(runs: Sequence[EvalRun], line: Line | None = None) -> tuple[HistoryEntry, ...]:
    """Return the runs, given oldest first with their results, each against the complete run before it, newest first."""
    entries: list[HistoryEntry] = []
    before: EvalRun | None = None
    for run in runs:
        entries.append(_enter(run, before if run.is_complete else None, line))
        before = run if run.is_complete else before
    return tuple(reversed(entries))


def describe_changes_between(before: EvalRun, after: EvalRun) -> tuple[str, ...]:
    """Return what the two runs recorded differently: model, prompt, documents, code, dataset, machine and so on."""
    was, now = before.experiment, after.experiment
    return (
        *_pair("model", before.model, after.model),
        *_answered_by(was, now),
        *_prompt(was, now),
        *(_each(was.parameters, now.parameters) if was.prompt_hash else ()),
        *_parts(was, now),
        *_knowledge(was, now),
        *_code(before, after),
        *_pair("dataset", before.dataset, after.dataset),
        *_pair("dataset version", before.dataset_version[:_DIGITS], after.dataset_version[:_DIGITS]),
        *_scorers(before.scorers, after.scorers),
        *_pair("repeats", before.repeats, after.repeats),
        *_pair("requests at once", before.concurrency, after.concurrency),
        *(_each(was.environment, now.environment) if was.environment else ()),
    )


def _enter(run: EvalRun, before: EvalRun | None, line: Line | None) -> HistoryEntry:
    found = decide_line(line, evidence_for_line(line, observe(run))) if line else None
    return HistoryEntry(
        run_id=run.id,
        started_at=run.started_at,
        model=run.model,
        revision=run.revision,
        dataset=run.dataset,
        dataset_version=run.dataset_version,
        cases=run.cases,
        repeats=run.repeats,
        is_complete=run.is_complete,
        cost_usd=run.cost_usd,
        scoring_usd=run.scoring_usd,
        experiment=run.experiment,
        bars=found.decisions if found else (),
        verdict=found.verdict if found else None,
        compared_with=before.id if before else "",
        changed=describe_changes_between(before, run) if before else (),
        effects=tuple(_effects(before, run, line)) if before else (),
    )


def _effects(before: EvalRun, run: EvalRun, line: Line | None) -> Iterator[Effect]:
    found = compare_cases(before, run, line=line)
    if not found.common:
        return
    for one in found.figures:
        delta = one.difference.paired.delta if one.difference.paired else None
        yield Effect(name=one.difference.name, unit="share", n=delta.n if delta else 0, delta=delta)
    for one in found.beside:
        yield Effect(name=one.name, unit=one.unit, n=one.n, delta=one.delta)


def _pair(name: str, was: object, now: object) -> list[str]:
    if was == now:
        return []
    return [f"{name} {was or 'unknown'} → {now or 'unknown'}"]


def _each(was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            yield f"{name} {was.get(name, 'unset')} → {now.get(name, 'unset')}"


def _answered_by(was: Experiment, now: Experiment) -> list[str]:
    """Say where a provider answered with another model under the same name; nothing where it did not say."""
    if not was.answered_by or not now.answered_by:
        return []
    return _pair("answered by", ", ".join(was.answered_by), ", ".join(now.answered_by))


def _prompt(was: Experiment, now: Experiment) -> list[str]:
    if was.prompt_hash == now.prompt_hash or not was.prompt_hash:
        return []
    hashes = f"{was.prompt_hash[:_DIGITS]} → {now.prompt_hash[:_DIGITS]}"
    return [f"prompt {was.prompt} → {now.prompt} ({hashes})" if was.prompt != now.prompt else f"{now.prompt} {hashes}"]


def _parts(was: Experiment, now: Experiment) -> Iterator[str]:
    """Name the other parts of the configuration, which have no words of their own here."""
    if was.parts and now.parts:
        for name in sorted(was.parts.keys() | now.parts.keys()):
            if name not in _OWN_WORDS and was.parts.get(name) != now.parts.get(name):
                yield f"{name} of the feature"


def _knowledge(was: Experiment, now: Experiment) -> Iterator[str]:
    """Name the corpora that held other documents; nothing of one that was not recorded."""
    for name in sorted(was.knowledge.keys() & now.knowledge.keys()):
        if was.knowledge[name] != now.knowledge[name]:
            yield f"documents of {name}"


def _code(before: EvalRun, after: EvalRun) -> list[str]:
    was, now = (_revision(run) for run in (before, after))
    if was == now and after.experiment.is_dirty:
        return [f"code perhaps: {now} both times"]
    return _pair("code", was, now) if was != now else []


def _revision(run: EvalRun) -> str:
    if run.revision is None:
        return ""
    return run.revision[:_DIGITS] + (" with changes that were not committed" if run.experiment.is_dirty else "")


def _scorers(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    if was and now:
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) != now.get(name):
                word = "new" if name not in was else "gone" if name not in now else "changed"
                yield f"scorer {name} {word}"
