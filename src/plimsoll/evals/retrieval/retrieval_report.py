"""A run over a corpus, to be read by people: tables for the terminal. It prints nothing and decides nothing."""

import math
from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from plimsoll.datasets import Evidence
from plimsoll.evals.retrieval.retrieval_figures import RetrievalDifference, RetrievalFigure, RetrievalFigures
from plimsoll.evals.retrieval.retrieval_run import RetrievalRun, corpus_of
from plimsoll.evals.retrieval.retrieved_case import RetrievedCase
from plimsoll.evals.retrieval.with_and_without import RetrievalWorth
from plimsoll.records import Interval

_NONE = "-"
_MOST_NAMED = 5
_PASSAGES_SHOWN = 3


def render_retrieval(run: RetrievalRun, figures: RetrievalFigures) -> Group:
    """Return the figures of a run, by tag too, and its worst cases with what was retrieved instead."""
    kept = run.run
    title = f"Retrieval from {corpus_of(kept)} on {kept.dataset} ({kept.dataset_version[:8]})"
    parts: list[Table | Text] = [_table(title, figures.overall, first="measure")]
    parts.append(Text(f"run {kept.id[:12]} · {len(kept.results)} cases · {kept.model}", "dim"))
    if figures.by_tag:
        parts += [Text(), _table("By tag", figures.by_tag, first="tag and measure")]
    if figures.worst:
        parts += [Text(), Text("Worst cases, with what was retrieved instead:", "bold")]
        parts += [_worst_case(case) for case in figures.worst]
    return Group(*parts)


def render_differences(differences: Sequence[RetrievalDifference], *, baseline: str) -> Group:
    """Return this run minus another, measure by measure, and the cases that changed."""
    table = _new_table(f"Minus the run {baseline[:12]}, on the same cases")
    table.add_column("measure")
    for heading in ("difference", "95 % interval", "better", "worse", "p"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in differences:
        delta = one.paired.delta
        counts = (str(len(one.better)), str(len(one.worse)))
        ends = f"{delta.low:+.3f} … {delta.high:+.3f}"
        table.add_row(one.name, f"{delta.estimate:+.3f}", ends, *counts, f"{one.paired.p_value:.3g}")
    named = [("better", one.name, one.better) for one in differences] + [
        ("worse", one.name, one.worse) for one in differences
    ]
    return Group(table, *(Text(_changed(word, name, ids)) for word, name, ids in named if ids))


def render_worth(worth: RetrievalWorth) -> Group:
    """Return what a feature makes of retrieval."""
    title = f"{worth.feature}: citations, and right answers with and without passages"
    parts: list[Table | Text] = [_table(title, (*worth.citations, *worth.right), first="measure")]
    if worth.difference is not None:
        delta = worth.difference.delta
        ends = f"{delta.low:+.3f} … {delta.high:+.3f}"
        parts.append(Text(f"With minus without: {delta.estimate:+.3f} ({ends}) on {delta.n} cases."))
    if worth.reason:
        parts.append(Text(worth.reason))
    parts.append(Text("cost unknown" if worth.cost_usd is None else f"cost {worth.cost_usd:.4g} USD", "dim"))
    return Group(*parts)


def _new_table(title: str) -> Table:
    return Table(title=Text(title), title_justify="left", box=None, pad_edge=False)


def _table(title: str, figures: Sequence[RetrievalFigure], *, first: str) -> Table:
    table = _new_table(title)
    table.add_column(first, overflow="fold", max_width=48)
    for heading in ("estimate", "95 % interval", "cases", "missing"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in figures:
        name = f"{one.tag}: {one.name}" if one.tag else one.name
        estimate = _NONE if one.interval is None else f"{one.interval.estimate:.3f}"
        cases = _NONE if one.interval is None else str(one.interval.n)
        table.add_row(Text(name), estimate, _ends(one.interval), cases, str(one.missing or _NONE))
    return table


def _ends(interval: Interval | None) -> str:
    if interval is None:
        return _NONE
    if math.isinf(interval.high):
        return "unbounded"
    return f"{interval.low:.3f} … {interval.high:.3f}"


def _worst_case(case: RetrievedCase) -> Text:
    lines = [f"  {case.case_id}: {_short(case.question)}"]
    lines += [f"    {case.message}"] if case.message else []
    lines += [f"    missing: {_describe(one)}" for one in case.missing[:_PASSAGES_SHOWN]]
    for one in case.passages[:_PASSAGES_SHOWN]:
        page = f", page {one.page}" if one.page else ""
        mark = "✓" if one.is_evidence else " "
        lines.append(f"    {mark}{one.place}. {one.source}{page} ({one.score:.2f}): {_short(one.text)}")
    return Text("\n".join(lines))


def _describe(evidence: Evidence) -> str:
    page = f"page {evidence.page}" if evidence.page is not None else ""
    texts = evidence.texts()
    quote = f"“{_short(texts[0])}”" if texts else ""
    span = f"characters {evidence.start} to {evidence.end}" if evidence.start is not None else ""
    return ", ".join(part for part in (evidence.source, page, span, quote) if part)


def _changed(word: str, name: str, ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return f"{name} {word}: {', '.join(ids[:_MOST_NAMED])}{more}."


def _short(text: str) -> str:
    longest = 80
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
