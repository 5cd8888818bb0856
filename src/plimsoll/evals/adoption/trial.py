"""How one model did in the four steps before it is adopted, and all of them in one table. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.adoption.probes import ProbeFigure
from plimsoll.evals.eval_run import EvalRun
from plimsoll.evals.gate import GateReport
from plimsoll.evals.report import MARKS
from plimsoll.evals.rows import bar_row
from plimsoll.records import ErrorClass, Interval, Outcome, Verdict
from plimsoll.stats import mean_interval, quantile_interval

_NONE = "-"


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """What the feature had to do about a model's replies, by the traces of its run on the dataset."""

    requests: int
    """Requests whose trace was read."""
    repaired: int
    """Replies that were almost JSON and were mended."""
    retried: int
    """Requests that were asked twice, since the first reply could not be used."""
    rejected_quotes: int
    """Quotations that stand in no passage."""
    failed: dict[str, int]
    """Requests without an answer for which somebody has to act, by who: `model`, `infrastructure`, …"""
    outcomes: dict[str, int]
    """Requests by outcome."""


class ShadowFigure(msgspec.Struct, frozen=True, kw_only=True):
    """How a model did on what users asked lately."""

    requests: int
    """Recorded requests that it was asked."""
    left_out: dict[str, int]
    """Recorded requests that it was not asked, by reason."""
    report: GateReport
    """The line on them: only bars that need no expectation can be told."""
    same_outcome: Interval
    """Share of requests that end as they ended when users asked."""


class ModelTrial(msgspec.Struct, frozen=True, kw_only=True):
    """How a model did in the four steps."""

    alias: str
    """What was typed."""
    model: str
    """The model that was asked, as `provider/model`."""
    run_id: str
    """Its run on the dataset."""
    gate: GateReport
    """The line on it, and the incumbent's run as its baseline: the verdict."""
    mean_cost: Interval | None
    """Cost of a request in USD; None where a price is unknown."""
    p95_ms: Interval | None
    """95th percentile of latency; None without a request."""
    integration: Integration
    """What the feature had to do about its replies."""
    probes: tuple[ProbeFigure, ...]
    """How it withstood edge probes; empty where the input holds no text to probe with."""
    shadow: ShadowFigure | None
    """How it did on recorded traffic; None where there was none."""

    @property
    def verdict(self) -> Verdict:
        """Return what the gate says about it."""
        return self.gate.verdict


class AdoptionReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which models clear a feature's line on its own cases, and at what cost and latency."""

    feature: str
    """The feature."""
    dataset: str
    """The dataset."""
    dataset_version: str
    """Its content hash."""
    incumbent: ModelTrial
    """The feature's own model."""
    candidates: tuple[ModelTrial, ...]
    """The others, as they were named."""
    notes: tuple[str, ...] = ()
    """What a reader has to know: steps that could not be taken, and why."""

    @property
    def exit_code(self) -> int:
        """Return what a command exits with: 0 where a candidate holds, 1 where all fall short, else 3."""
        verdicts = {one.verdict for one in self.candidates}
        if Verdict.HOLDS in verdicts:
            return 0
        return 1 if verdicts == {Verdict.FALLS_SHORT} else 3


def cost_of(run: EvalRun) -> Interval | None:
    """Return the mean cost of a request; None where one is unknown."""
    costs = [one.cost_usd for one in run.results if one.cost_usd is not None]
    return mean_interval(costs) if len(costs) > 1 and len(costs) == len(run.results) else None


def p95_of(run: EvalRun) -> Interval | None:
    """Return the 95th percentile of latency in milliseconds; None without a request."""
    times = [one.latency_ms for one in run.results if one.latency_ms is not None]
    return quantile_interval(times, 0.95) if times else None


def integrate(run: EvalRun, events: Iterable[Sequence[str]]) -> Integration:
    """Return what the feature had to do, from the names of the events in each trace of the run."""
    each = [Counter(names) for names in events]
    failed = Counter(str(one.error_class) for one in run.results if _is_failure(one.error_class, one.outcome))
    return Integration(
        requests=len(each),
        repaired=sum(names["json_repaired"] > 0 for names in each),
        retried=sum(names["retry"] > 0 for names in each),
        rejected_quotes=sum(names["quote_rejected"] for names in each),
        failed=dict(failed),
        outcomes=dict(Counter(str(one.outcome) for one in run.results)),
    )


def _is_failure(kind: ErrorClass | None, outcome: Outcome) -> bool:
    return kind is not None and outcome is not Outcome.ANSWERED


def render_adoption(report: AdoptionReport) -> Group:
    """Return the report as tables: what the line says, what it costs, edges and traffic, each model a row."""
    trials = (report.incumbent, *report.candidates)
    title = f"{report.feature} on {report.dataset} ({report.dataset_version[:8]}): the line"
    parts: list[Table | Text] = [_line_table(title, trials), _cost_table(trials)]
    if any(trial.probes for trial in trials):
        parts.append(_probe_table(trials))
    if any(trial.shadow for trial in trials):
        parts.append(_shadow_table(trials))
    parts += [Text(note) for note in report.notes]
    parts += [Text(f"{MARKS[one.verdict]} {one.alias}: {one.verdict}. {one.gate.reason}") for one in report.candidates]
    return Group(*parts)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _line_table(title: str, trials: Sequence[ModelTrial]) -> Table:
    bars = [bar_row(one) for one in trials[0].gate.decisions]
    table = _table(title, "model", *(f"{row.name} {row.target}" for row in bars), "verdict")
    for trial in trials:
        rows = [bar_row(one) for one in trial.gate.decisions]
        cells = (f"{row.estimate} ({row.interval})" for row in rows)
        table.add_row(Text(trial.alias), *cells, f"{MARKS[trial.verdict]} {trial.verdict}")
    return table


def _cost_table(trials: Sequence[ModelTrial]) -> Table:
    headings = ("model", "USD a request", "p95 ms", "repaired", "asked twice", "quotes rejected", "failed")
    table = _table("Through the feature", *headings)
    for trial in trials:
        seen = trial.integration
        counts = (f"{seen.repaired}/{seen.requests}", f"{seen.retried}/{seen.requests}", str(seen.rejected_quotes))
        failed = ", ".join(f"{kind} {count}" for kind, count in seen.failed.items())
        table.add_row(
            Text(trial.alias), _span(trial.mean_cost, "unknown"), _span(trial.p95_ms, _NONE), *counts, failed or _NONE
        )
    return table


def _probe_table(trials: Sequence[ModelTrial]) -> Table:
    table = _table("Edge probes withstood", "model", *(one.kind for one in trials[0].probes))
    for trial in trials:
        table.add_row(Text(trial.alias), *(_probe(one) for one in trial.probes))
    return table


def _probe(one: ProbeFigure) -> str:
    lost = f", {one.missing} lost" if one.missing else ""
    return f"{one.withstood}/{one.asked} ({_span(one.interval, _NONE)}){lost}"


def _shadow_table(trials: Sequence[ModelTrial]) -> Table:
    table = _table("On recorded traffic", "model", "requests", "ends as it did", "bars that could be told")
    for trial in trials:
        if trial.shadow is None:
            continue
        told = [bar_row(one) for one in trial.shadow.report.decisions if one.evidence.interval]
        bars = "; ".join(f"{row.name} {row.estimate} ({row.interval})" for row in told)
        same = _span(trial.shadow.same_outcome, _NONE)
        table.add_row(Text(trial.alias), str(trial.shadow.requests), same, bars or _NONE)
    return table


def _span(interval: Interval | None, absent: str) -> str:
    if interval is None:
        return absent
    return f"{interval.estimate:.3g} [{interval.low:.3g}, {interval.high:.3g}]"
