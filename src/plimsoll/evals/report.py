"""A run and a gate's report, to be read by people: tables for the terminal, Markdown for a pull request.

Called by the command line and by continuous integration. It prints nothing and decides nothing.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.compare import Comparison
from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.gate import GateReport
from plimsoll.line import Bar, BarDecision, Line, Observation, decide_line, evidence_for_line
from plimsoll.records import ErrorClass, Interval, Verdict
from plimsoll.stats import clustered_proportion

MARKS = {Verdict.HOLDS: "✓", Verdict.FALLS_SHORT: "✗", Verdict.CANNOT_TELL: "?"}
"""The mark of each verdict, everywhere a verdict is shown."""

_STYLES = {Verdict.HOLDS: "green", Verdict.FALLS_SHORT: "red", Verdict.CANNOT_TELL: "yellow"}
_MOST_NAMED = 10
_NONE = "-"


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table, in words."""

    name: str
    estimate: str
    interval: str
    n: int
    missing: int
    target: str
    verdict: Verdict | None


def render_run(run: EvalRun, line: Line | None = None) -> Table:
    """Return the run as a table of at most 100 columns: each bar of the line, then each scorer that no bar names."""
    observations = observe(run)
    confidence = line.confidence if line else 0.95
    decisions = decide_line(line, evidence_for_line(line, observations)).decisions if line else ()
    rows = [*map(_bar_row, decisions), *_scorer_rows(line, observations, confidence)]
    table = _new_table(f"{run.feature} on {run.dataset} ({run.dataset_version[:8]})", confidence)
    for row in rows:
        _add_row(table, row)
    table.caption = _caption(run)
    return table


def render_gate(report: GateReport) -> Group:
    """Return the gate's report: a table of bars, one of comparisons, and the verdict with its reasons."""
    confidence = report.decisions[0].evidence.confidence
    table = _new_table(f"{report.feature} against its line", confidence)
    for decision in report.decisions:
        _add_row(table, _bar_row(decision))
    parts: list[Table | Text] = [table]
    if report.comparisons:
        parts.append(_comparison_table(report))
    parts += [Text(sentence) for sentence in _sentences(report)]
    parts.append(_verdict_text(report.verdict, f"{report.verdict}: {report.reason}"))
    return Group(*parts)


def summarise_markdown(report: GateReport) -> str:
    """Return the report as Markdown: the verdict, a table of bars, a table of comparisons, what else to know."""
    lines = [f"## {MARKS[report.verdict]} {report.feature}: {report.verdict}", "", _escape(report.reason), ""]
    lines += ["| bar | estimate | interval | cases | missing | target | verdict |", "|---|---|---|---|---|---|---|"]
    lines += [_markdown_row(_bar_row(decision)) for decision in report.decisions]
    if report.comparisons:
        lines += ["", f"Against the run `{report.baseline_id}`:", ""]
        lines += ["| bar | difference | improved | regressed | flaky | verdict |", "|---|---|---|---|---|---|"]
        lines += [_markdown_comparison(comparison) for comparison in report.comparisons]
    lines += ["", *(f"- {_escape(sentence)}" for sentence in _sentences(report))]
    return "\n".join(lines).rstrip() + "\n"


def _new_table(title: str, confidence: float) -> Table:
    table = Table(title=Text(title), title_justify="left", caption_justify="left", box=None, pad_edge=False)
    table.add_column("bar", overflow="fold", max_width=36)
    table.add_column("estimate", justify="right", no_wrap=True)
    table.add_column(f"{100 * confidence:g} % interval", justify="right", no_wrap=True)
    table.add_column("cases", justify="right")
    table.add_column("missing", justify="right")
    table.add_column("target", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    return table


def _add_row(table: Table, row: _Row) -> None:
    verdict = Text(_NONE) if row.verdict is None else _verdict_text(row.verdict, str(row.verdict))
    table.add_row(
        Text(row.name), row.estimate, row.interval, str(row.n), str(row.missing or _NONE), row.target, verdict
    )


def _bar_row(decision: BarDecision) -> _Row:
    bar, evidence = decision.bar, decision.evidence
    return _Row(
        name=_short_name(bar),
        estimate=bar.show(evidence.interval.estimate) if evidence.interval else _NONE,
        interval=_show_interval(bar, evidence.interval),
        n=evidence.n,
        missing=evidence.missing,
        target=f"{'≥' if bar.is_at_least else '≤'} {bar.show(bar.target)}",
        verdict=decision.decision.verdict,
    )


def _short_name(bar: Bar) -> str:
    """Return the scorer's name for a pass rate, the bar's for any other."""
    return bar.scorer.name if bar.scorer else bar.name


def _show_share(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _show_interval(bar: Bar, interval: Interval | None) -> str:
    if interval is None:
        return _NONE
    high = bar.show(interval.high) if math.isfinite(interval.high) else "unbounded"
    low = bar.show(interval.low)
    return f"{low.removesuffix(f' {bar.unit}')} … {high.removesuffix(f' {bar.unit}')}"


def _scorer_rows(line: Line | None, observations: Sequence[Observation], confidence: float) -> Iterator[_Row]:
    """Return a row for each scorer that no bar names: shown, not judged."""
    barred = {bar.scorer.name for bar in line.bars if bar.scorer} if line else set[str]()
    told: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    missing: dict[str, int] = defaultdict(int)
    for place, one in enumerate(observations):
        for name, score in one.scores.items():
            if score.passed is None:
                missing[name] += 1
            else:
                told[name].append((score.passed, one.cluster or str(place)))
    for name in sorted((told.keys() | missing.keys()) - barred):
        yield _scorer_row(name, told[name], missing[name], confidence=confidence)


def _scorer_row(name: str, told: list[tuple[bool, str]], missing: int, *, confidence: float) -> _Row:
    passes, clusters = [passed for passed, _ in told], [cluster for _, cluster in told]
    interval = clustered_proportion(passes, clusters, confidence=confidence) if told else None
    return _Row(
        name=name,
        estimate=_show_share(interval.estimate) if interval else _NONE,
        interval=f"{_show_share(interval.low)} … {_show_share(interval.high)}" if interval else _NONE,
        n=len(told),
        missing=missing,
        target=_NONE,
        verdict=None,
    )


def _caption(run: EvalRun) -> Text:
    asked, done = run.cases * run.repeats, len(run.results)
    invalid = sum(one.error_class is ErrorClass.VALIDATION for one in run.results)
    parts = [f"run {run.id[:12]}", f"model {run.model}", f"{done} of {asked} requests"]
    parts += [f"{invalid} with an input that the feature refuses"] if invalid else []
    parts += [f"{run.repeats} repeats a case"] if run.repeats > 1 else []
    parts += [f"{run.concurrency} at once"] if run.concurrency > 1 else []
    parts += [] if run.is_complete else ["interrupted"]
    cost = run.cost_usd
    parts += ["cost unknown" if cost is None else f"{cost:.4g} USD"]
    return Text(" · ".join(parts))


def _comparison_table(report: GateReport) -> Table:
    title = f"Against the run {(report.baseline_id or '')[:12]}, on the same cases"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column("bar", overflow="fold", max_width=36)
    for heading in ("difference", "interval", "better", "worse", "flaky", "missing"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for one in report.comparisons:
        delta = one.paired.delta if one.paired else None
        counts = (len(one.improved), len(one.regressed), len(one.flaky), one.missing)
        table.add_row(
            Text(_short_name(one.bar)),
            f"{delta.estimate:+.3f}" if delta else _NONE,
            f"{delta.low:+.3f} … {delta.high:+.3f}" if delta else _NONE,
            *(str(count or _NONE) for count in counts),
            _verdict_text(one.decision.verdict, str(one.decision.verdict)),
        )
    return table


def _sentences(report: GateReport) -> Iterator[str]:
    """Return what has to be said besides the tables: reasons, cases that changed, notes, what would decide it."""
    for one in report.decisions:
        if one.decision.verdict is not Verdict.HOLDS:
            yield f"{one.bar.name}: {one.decision.reason}"
    for one in report.comparisons:
        yield from _changes(one)
    yield from report.notes
    if report.more_cases:
        yield f"About {report.more_cases} more cases would probably decide it."
    if report.warning:
        yield report.warning


def _changes(comparison: Comparison) -> Iterator[str]:
    if comparison.decision.verdict is not Verdict.HOLDS:
        yield f"{comparison.bar.name} against the baseline: {comparison.decision.reason}"
    lists = (("regressed", comparison.regressed), ("improved", comparison.improved), ("flaky", comparison.flaky))
    for word, ids in lists:
        if ids:
            more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
            yield f"{comparison.bar.name} {word}: {', '.join(ids[:_MOST_NAMED])}{more}."


def _verdict_text(verdict: Verdict, words: str) -> Text:
    return Text(f"{MARKS[verdict]} {words}", style=_STYLES[verdict])


def _markdown_row(row: _Row) -> str:
    verdict = _NONE if row.verdict is None else f"{MARKS[row.verdict]} {row.verdict}"
    cells = (row.name, row.estimate, row.interval, str(row.n), str(row.missing or _NONE), row.target, verdict)
    return f"| {' | '.join(map(_escape, cells))} |"


def _markdown_comparison(one: Comparison) -> str:
    delta = one.paired.delta if one.paired else None
    shown = f"{delta.estimate:+.3f} [{delta.low:+.3f}, {delta.high:+.3f}]" if delta else _NONE
    counts = (str(len(ids) or _NONE) for ids in (one.improved, one.regressed, one.flaky))
    verdict = f"{MARKS[one.decision.verdict]} {one.decision.verdict}"
    return f"| {' | '.join(map(_escape, (_short_name(one.bar), shown, *counts, verdict)))} |"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
