"""A comparison of two runs, for the terminal: figures, latency and cost, tags, and the cases that changed.

Called by the command line. It prints nothing and decides nothing.
"""

from collections.abc import Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.evals.pairing import CaseStatus
from plimsoll.evals.report import MARKS
from plimsoll.evals.run_comparison import ComparedCase, ComparedFigure, ComparedMean, RunComparison, RunHeading
from plimsoll.evals.slices import SliceDifference
from plimsoll.records import Interval

_NONE = "-"
_MOST_CASES = 20
_MOST_SLICES = 10
_SMALLEST_P = 0.001


def render_comparison(found: RunComparison) -> Group:
    """Return the comparison as tables of at most 100 columns and sentences."""
    parts: list[Table | Text] = [_runs(found), Text(), _figures(found)]
    if found.beside:
        parts += [Text(), _beside(found)]
    if any(one.paired.discordant for one in found.slices):
        parts += [Text(), _slices(found)]
    if found.cases:
        parts += [Text(), Text(f"Cases: {count_cases(found)}", style="italic"), _cases(found)]
    return Group(*parts, Text(), *map(Text, describe_comparison(found)))


def describe_comparison(found: RunComparison) -> Iterator[str]:
    """Return what has to be said besides the tables, a sentence each."""
    for one in found.figures:
        if one.decision:
            yield f"{one.difference.name}: {one.decision.reason}"
    effects = [one.difference for one in found.figures if one.difference.smallest_effect is not None]
    if effects:
        shown = ", ".join(f"{one.smallest_effect:.3f} of {one.name}" for one in effects)
        yield f"The smallest difference that these cases show in four runs of five: {shown}."
    yield from describe_pairing(found)


def describe_pairing(found: RunComparison) -> Iterator[str]:
    """Return what a reader has to know about which cases are compared, a sentence each."""
    if not found.common:
        yield "The two runs have no case in common, so that nothing can be compared."
    left_out = (
        (found.altered, "changed between the runs"),
        (found.only_baseline, "only in the baseline"),
        (found.only_candidate, "only in the candidate"),
    )
    said = [f"{count} {words}" for count, words in left_out if count]
    if said:
        yield f"Not compared: {', '.join(said)}."
    yield from found.notes


def _new_table(title: str, *headings: str) -> Table:
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column(headings[0], overflow="fold", max_width=34)
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _runs(found: RunComparison) -> Table:
    table = Table(title=Text(f"{found.candidate.feature}: two runs"), title_justify="left", box=None, pad_edge=False)
    for heading in ("", "run", "model", "revision", "dataset", "asked", "cost"):
        table.add_column(heading, overflow="fold")
    for word, run in (("baseline", found.baseline), ("candidate", found.candidate)):
        table.add_row(word, *map(Text, _describe_run(run)))
    return table


def _describe_run(run: RunHeading) -> tuple[str, ...]:
    repeats = f" by {run.repeats}" if run.repeats > 1 else ""
    asked = f"{run.cases}{repeats}{'' if run.is_complete else ', interrupted'}"
    cost = "unknown" if run.cost_usd is None else f"{run.cost_usd:.4g} USD"
    return (
        run.id[:12],
        run.model,
        (run.revision or _NONE)[:10],
        f"{run.dataset} {run.dataset_version[:8]}",
        asked,
        cost,
    )


def _figures(found: RunComparison) -> Table:
    interval = f"{100 * found.confidence:g} % interval"
    headings = ("was", "is", "difference", interval, "better", "worse", "flaky", "missing")
    table = _new_table(f"On the {found.common} cases that both have alike", "figure", *headings)
    table.add_column("not worse", no_wrap=True)
    for one in found.figures:
        table.add_row(*_figure_row(one))
    return table


def _figure_row(one: ComparedFigure) -> Iterator[str | Text]:
    difference, verdict = one.difference, one.decision.verdict if one.decision else None
    delta = difference.paired.delta if difference.paired else None
    yield Text(difference.name.removeprefix("pass_rate(").removesuffix(")"))
    yield from (_NONE if share is None else f"{share:.3f}" for share in (one.baseline, one.candidate))
    yield f"{delta.estimate:+.3f}" if delta else _NONE
    yield f"{delta.low:+.3f} … {delta.high:+.3f}" if delta else _NONE
    counts = (len(difference.improved), len(difference.regressed), len(difference.flaky), difference.missing)
    yield from (str(count or _NONE) for count in counts)
    yield f"{MARKS[verdict]} {verdict}" if verdict else _NONE


def _beside(found: RunComparison) -> Table:
    table = _new_table("Beside, not judged", "mean a case", "was", "is", "change", "interval", "p95 was", "p95 is")
    for one in found.beside:
        table.add_row(*_beside_row(one))
    return table


def _beside_row(one: ComparedMean) -> tuple[str, ...]:
    delta = one.delta.estimate if one.delta else one.candidate - one.baseline
    values = (one.baseline_p95, one.candidate_p95)
    shown = (f"{one.baseline:.3g}", f"{one.candidate:.3g}", f"{delta:+.3g}", _ends(one.delta))
    return (f"{one.name}, {one.unit}", *shown, *(f"{value:.3g}" for value in values))


def _ends(delta: Interval | None) -> str:
    return f"{delta.low:+.3g} … {delta.high:+.3g}" if delta else "below 10 cases"


def _slices(found: RunComparison) -> Table:
    interval = f"{100 * found.confidence:g} % interval"
    table = _new_table(
        "By tag, the least like chance first", "tag", "figure", "difference", interval, "cases", "p, adj."
    )
    for one in [one for one in found.slices if one.paired.discordant][:_MOST_SLICES]:
        table.add_row(*_slice_row(one, found.confidence))
    return table


def _slice_row(one: SliceDifference, confidence: float) -> Iterator[str | Text]:
    delta = one.paired.delta
    yield Text(one.tag)
    yield one.name.removeprefix("pass_rate(").removesuffix(")")
    yield f"{delta.estimate:+.3f}"
    yield f"{delta.low:+.3f} … {delta.high:+.3f}"
    yield str(delta.n)
    yield Text(show_p(one.p_value), style="bold" if one.is_beyond_chance(confidence) else "")


def _cases(found: RunComparison) -> Table:
    more = len(found.cases) - _MOST_CASES
    table = Table(box=None, pad_edge=False)
    table.add_column("case", overflow="fold", max_width=32)
    table.add_column("how", no_wrap=True)
    table.add_column("what changed", overflow="fold")
    for one in found.cases[:_MOST_CASES]:
        table.add_row(Text(one.case_id), str(one.status), Text(describe_changes(one)))
    table.caption = Text(f"and {more} more, in --json and --html") if more > 0 else None
    table.caption_justify = "left"
    return table


def count_cases(found: RunComparison) -> str:
    """Return how many cases stand how, e.g. `2 regressed, 98 unchanged`."""
    return ", ".join(f"{found.counts[status]} {status}" for status in CaseStatus if found.counts.get(status))


def describe_changes(case: ComparedCase) -> str:
    """Return what changed about a case, e.g. `grounded 1 → 0; answered → abstained`."""
    parts = [
        f"{one.name.removeprefix('pass_rate(').removesuffix(')')} {_show(one.before)} → {_show(one.after)}"
        for one in case.changes
    ]
    before, after = (", ".join(dict.fromkeys(side.outcomes)) for side in (case.before, case.after))
    return "; ".join([*parts, *([f"{before} → {after}"] if before != after else [])])


def show_p(p_value: float) -> str:
    """Return a p-value to three decimals; one below that is not shown as none."""
    return "< 0.001" if p_value < _SMALLEST_P else f"{p_value:.3f}"


def _show(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3g}"
