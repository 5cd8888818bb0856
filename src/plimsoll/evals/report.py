"""A run and a gate's report, to be read by people: tables for the terminal, Markdown for a pull request.

Called by the command line and by continuous integration. It prints nothing and decides nothing.
"""

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.evals.calibration.standing import errors_of
from plimsoll.evals.compare import Comparison
from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.gate import GateReport
from plimsoll.evals.rows import NONE, Row, bar_row, scorer_rows, short_name, slice_row
from plimsoll.evals.slices import Slice
from plimsoll.line import Line, decide_line, evidence_for_line
from plimsoll.records import ErrorClass, Verdict

MARKS = {Verdict.HOLDS: "✓", Verdict.FALLS_SHORT: "✗", Verdict.CANNOT_TELL: "?"}
"""The mark of each verdict, everywhere a verdict is shown."""

_STYLES = {Verdict.HOLDS: "green", Verdict.FALLS_SHORT: "red", Verdict.CANNOT_TELL: "yellow"}
_MOST_NAMED = 10


def render_run(run: EvalRun, line: Line | None = None, *, calibrations: Sequence[Calibration] = ()) -> Table:
    """Return the run as a table of at most 100 columns: each bar of the line, then each scorer that no bar names."""
    observations = observe(run)
    confidence = line.confidence if line else 0.95
    judges = errors_of(calibrations)
    decisions = decide_line(line, evidence_for_line(line, observations, judges=judges)).decisions if line else ()
    barred = {bar.scorer.name for bar in line.bars if bar.scorer} if line else set[str]()
    rows = [*map(bar_row, decisions), *scorer_rows(barred, observations, confidence)]
    table = _new_table(f"{run.feature} on {run.dataset} ({run.dataset_version[:8]})", confidence)
    for row in rows:
        _add_row(table, row)
    table.caption = _caption(run)
    return table


def render_slices(slices: Sequence[Slice], line: Line) -> Table:
    """Return the slices as a table, the most suspicious first; those that miss their bar beyond chance are marked."""
    table = Table(title=Text("By tag"), title_justify="left", box=None, pad_edge=False)
    table.add_column("tag", overflow="fold", max_width=24)
    table.add_column("bar", overflow="fold", max_width=28)
    for heading in ("estimate", f"{100 * line.confidence:g} % interval", "cases", "p, adjusted"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in slices:
        row = slice_row(one)
        is_worse = one.is_worse(line.confidence)
        p_value = Text(f"{one.p_value:.3f}{' ✗' if is_worse else ''}", style="red" if is_worse else "")
        table.add_row(Text(one.tag), Text(row.name), row.estimate, row.interval, str(row.n), p_value)
    return table


def render_gate(report: GateReport) -> Group:
    """Return the gate's report: a table of bars, one of comparisons, and the verdict with its reasons."""
    confidence = report.decisions[0].evidence.confidence
    table = _new_table(f"{report.feature} against its line", confidence)
    for decision in report.decisions:
        _add_row(table, bar_row(decision))
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
    lines += [_markdown_row(bar_row(decision)) for decision in report.decisions]
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


def _add_row(table: Table, row: Row) -> None:
    verdict = Text(NONE) if row.verdict is None else _verdict_text(row.verdict, str(row.verdict))
    table.add_row(Text(row.name), row.estimate, row.interval, str(row.n), str(row.missing or NONE), row.target, verdict)


def _caption(run: EvalRun) -> Text:
    asked, done = run.cases * run.repeats, len(run.results)
    invalid = sum(one.error_class is ErrorClass.VALIDATION for one in run.results)
    parts = [f"run {run.id[:12]}", f"model {run.model}", f"{done} of {asked} requests"]
    parts += [f"{invalid} with an input that the feature refuses"] if invalid else []
    parts += [f"{run.repeats} repeats a case"] if run.repeats > 1 else []
    parts += [f"{run.concurrency} at once"] if run.concurrency > 1 else []
    parts += [] if run.is_complete else ["interrupted"]
    parts += [_show_cost(run.cost_usd, "cost")]
    parts += [] if run.scoring_usd == 0 else [f"judges {_show_cost(run.scoring_usd, 'cost')}"]
    return Text(" · ".join(parts))


def _show_cost(cost_usd: float | None, what: str) -> str:
    return f"{what} unknown" if cost_usd is None else f"{cost_usd:.4g} USD"


def _comparison_table(report: GateReport) -> Table:
    title = f"Against the run {(report.baseline_id or '')[:12]}, on the same cases"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column("bar", overflow="fold", max_width=36)
    for heading in ("difference", "interval", "better", "worse", "flaky", "missing"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for one in report.comparisons:
        delta = one.difference.paired.delta if one.difference.paired else None
        cases = one.difference
        counts = (len(cases.improved), len(cases.regressed), len(cases.flaky), cases.missing)
        table.add_row(
            Text(short_name(one.bar)),
            f"{delta.estimate:+.3f}" if delta else NONE,
            f"{delta.low:+.3f} … {delta.high:+.3f}" if delta else NONE,
            *(str(count or NONE) for count in counts),
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
        yield f"{comparison.bar.name} against the baseline: {comparison.decision.reason}{_could_show(comparison)}"
    cases = comparison.difference
    lists = (("regressed", cases.regressed), ("improved", cases.improved), ("flaky", cases.flaky))
    for word, ids in lists:
        if ids:
            more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
            yield f"{comparison.bar.name} {word}: {', '.join(ids[:_MOST_NAMED])}{more}."


def _could_show(comparison: Comparison) -> str:
    """Return what the cases could have shown, where they decide nothing."""
    effect = comparison.difference.smallest_effect
    if effect is None or comparison.decision.verdict is not Verdict.CANNOT_TELL:
        return ""
    return f" These cases can show a difference of {effect:.3f}."


def _verdict_text(verdict: Verdict, words: str) -> Text:
    return Text(f"{MARKS[verdict]} {words}", style=_STYLES[verdict])


def _markdown_row(row: Row) -> str:
    verdict = NONE if row.verdict is None else f"{MARKS[row.verdict]} {row.verdict}"
    cells = (row.name, row.estimate, row.interval, str(row.n), str(row.missing or NONE), row.target, verdict)
    return f"| {' | '.join(map(_escape, cells))} |"


def _markdown_comparison(one: Comparison) -> str:
    delta = one.difference.paired.delta if one.difference.paired else None
    shown = f"{delta.estimate:+.3f} [{delta.low:+.3f}, {delta.high:+.3f}]" if delta else NONE
    counts = (
        str(len(ids) or NONE) for ids in (one.difference.improved, one.difference.regressed, one.difference.flaky)
    )
    verdict = f"{MARKS[one.decision.verdict]} {one.decision.verdict}"
    return f"| {' | '.join(map(_escape, (short_name(one.bar), shown, *counts, verdict)))} |"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
