"""The history of a feature's runs, for the terminal, and what a run was made with, in lines. It prints nothing."""

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.eval_run import EvalRun
from plimsoll.evals.history import Effect, HistoryEntry
from plimsoll.evals.report import MARKS
from plimsoll.line import BarDecision

_NONE = "-"
_ID = 12


def render_history(feature: str, entries: Sequence[HistoryEntry]) -> Group:
    """Return the runs, newest first: figures with intervals, differences from the run before, and what changed."""
    parts: list[Table | Text] = []
    for entry in entries:
        parts += [Text(_heading(feature, entry), style="bold"), _figures(entry), Text(_explain(entry)), Text()]
    return Group(*parts[:-1])


def describe_run(run: EvalRun) -> Iterator[str]:
    """Return what a run was made with, a line each; what was not recorded is left out."""
    made, revision = run.experiment, run.revision or ""
    dirt = " with changes that were not committed" if made.is_dirty else ""
    told = {
        "evaluated": made.target,
        "variant": made.variant,
        "model": f"{run.model} (asked for as {made.alias})" if made.alias else run.model,
        "answered by": ", ".join(made.answered_by),
        "prompt": f"{made.prompt} {made.prompt_hash[:_ID]}".strip(),
        "parameters": ", ".join(f"{name} {value}" for name, value in made.parameters.items()),
        "code": f"{revision[:_ID]}{dirt}" if revision else "",
        "dataset": f"{run.dataset} {run.dataset_version[:_ID]}",
        "scorers": ", ".join(run.scorers),
        "ran on": ", ".join(f"{name} {value}" for name, value in made.environment.items() if value),
        "stopped": run.stop_reason,
    }
    yield from (f"{name}: {words}" for name, words in told.items() if words)


def _heading(feature: str, entry: HistoryEntry) -> str:
    repeats = f" by {entry.repeats}" if entry.repeats > 1 else ""
    cost = "cost unknown" if entry.cost_usd is None else f"{entry.cost_usd:.4g} USD"
    parts = [f"{entry.started_at:%Y-%m-%d %H:%M}", feature, f"run {entry.run_id[:_ID]}", f"model {entry.model}"]
    parts += [f"{entry.cases} cases{repeats}", cost, *([] if entry.is_complete else ["interrupted"])]
    parts += [entry.experiment.variant] if entry.experiment.variant else []
    return " · ".join(parts)


def _figures(entry: HistoryEntry) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold", max_width=34)
    for heading in ("estimate", "interval", "difference", "interval", "cases"):
        table.add_column(heading, justify="right", no_wrap=True)
    effects = {one.name: one for one in entry.effects}
    for decision in entry.bars:
        row = (*_figure(decision), *_difference(effects.pop(_effect_name(decision), None)))
        table.add_row(f"{MARKS[decision.decision.verdict]} {decision.bar.name}", *row)
    for name, effect in effects.items():
        table.add_row(f"  {name}", _NONE, _NONE, *_difference(effect))
    return table


def _effect_name(decision: BarDecision) -> str:
    return {"latency_p95": "latency", "mean_cost": "cost"}.get(decision.bar.name, decision.bar.name)


def _figure(decision: BarDecision) -> tuple[str, str]:
    interval, bar = decision.evidence.interval, decision.bar
    if interval is None:
        return _NONE, _NONE
    return bar.show(interval.estimate), f"{bar.show(interval.low)} … {bar.show(interval.high)}"


def _difference(effect: Effect | None) -> tuple[str, str, str]:
    if effect is None or effect.delta is None:
        return _NONE, _NONE, str(effect.n) if effect else _NONE
    delta, unit = effect.delta, "" if effect.unit == "share" else f" {effect.unit}"
    return f"{delta.estimate:+.3g}{unit}", f"{delta.low:+.3g} … {delta.high:+.3g}", str(effect.n)


def _explain(entry: HistoryEntry) -> str:
    if not entry.compared_with:
        return "Nothing to compare with." if entry.is_complete else "Interrupted runs are not compared."
    changed = "; ".join(entry.changed) or "nothing that is recorded"
    return f"Since run {entry.compared_with[:_ID]}: {changed}."
