"""Two kept runs side by side, case by case: what got better, what got worse, and what these cases could show at all.

Called by the project's operations. Pure; it judges a bar by the feature's line where there is one, and nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from plimsoll.evals.compare import judge_pairs
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.pairing import (
    CaseStatus,
    Difference,
    PairedRuns,
    Pairs,
    Quantity,
    describe_difference,
    note_on_pairing,
    pair_cases,
    pair_runs,
    quantity_of,
    quantity_of_scorer,
    read_cases,
)
from plimsoll.evals.slices import SliceDifference, slice_differences
from plimsoll.line import Line, answered, latency, mean_cost
from plimsoll.records import Decision, Interval, Outcome
from plimsoll.stats import clustered_mean, quantile_interval

_CONFIDENCE = 0.95
_FEWEST_BESIDE = 10
_P95 = 0.95
_ANSWERED = answered(at_least=0)
_READ_BESIDE = (("latency", "s", latency(p95_seconds=1)), ("cost", "USD", mean_cost(at_most_usd=0)))
_WORST_FIRST = (CaseStatus.REGRESSED, CaseStatus.FLAKY, CaseStatus.MISSING, CaseStatus.IMPROVED, CaseStatus.UNCHANGED)


class RunHeading(msgspec.Struct, frozen=True, kw_only=True):
    """Which run it was."""

    id: str
    """The run's id."""
    feature: str
    """The feature's name."""
    dataset: str
    """The dataset's name."""
    dataset_version: str
    """The dataset's content hash."""
    model: str
    """The model that was asked."""
    revision: str | None
    """The project's git commit."""
    config_hash: str
    """Hash of what the feature ran with."""
    started_at: datetime
    """When it began, in UTC."""
    cases: int
    """Cases in its dataset."""
    repeats: int
    """How often each case was asked."""
    concurrency: int
    """Requests at once."""
    is_complete: bool
    """Whether every case was run."""
    cost_usd: float | None
    """What it cost; None when a price is unknown."""


class ComparedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity of both runs: a bar on a share, or a scorer that no bar names."""

    difference: Difference
    """By how much the candidate differs."""
    decision: Decision | None
    """Whether it is not worse by more than the line's margin; None for what the line has no bar on."""
    baseline: float | None
    """The baseline's share on the common cases; None without any."""
    candidate: float | None
    """The candidate's."""


class ComparedMean(msgspec.Struct, frozen=True, kw_only=True):
    """Latency or cost on the common cases: shown beside, never judged by a margin of a share."""

    name: str
    """`latency` or `cost`."""
    unit: str
    """Its unit, `s` or `USD`."""
    n: int
    """Common cases with a value in both runs."""
    baseline: float
    """The baseline's mean."""
    candidate: float
    """The candidate's mean."""
    baseline_p95: float
    """What 95 % of the baseline's cases do not exceed."""
    candidate_p95: float
    """What 95 % of the candidate's do not exceed."""
    delta: Interval | None
    """The mean paired difference, above zero where the candidate takes more; None below ten cases."""


class FigureChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changed about one case, in one quantity."""

    name: str
    """The quantity."""
    status: CaseStatus
    """How it changed."""
    before: float | None
    """Mean over the baseline's repeats, in the quantity's own sense; None where it is missing."""
    after: float | None
    """The same of the candidate."""


class CaseSide(msgspec.Struct, frozen=True, kw_only=True):
    """How one run went on a case, repeat by repeat."""

    outcomes: tuple[Outcome, ...]
    """How the requests ended."""
    trace_ids: tuple[str, ...]
    """Their traces, those that ran."""
    messages: tuple[str, ...]
    """Why there was no answer, each once."""


class ComparedCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case that is not the same in both runs."""

    case_id: str
    """The case."""
    tags: tuple[str, ...]
    """Slices it belongs to."""
    status: CaseStatus
    """The worst of its changes: regressed, flaky, missing, then improved."""
    changes: tuple[FigureChange, ...]
    """What changed, the worst first."""
    before: CaseSide
    """How it went in the baseline."""
    after: CaseSide
    """How it went in the candidate."""


class RunComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate against baseline, on the cases that both have alike."""

    baseline: RunHeading
    """The run that is compared with."""
    candidate: RunHeading
    """The run that is looked at."""
    confidence: float
    """Coverage of the intervals."""
    margin: float | None
    """How much worse still counts as not worse; None without a line."""
    common: int
    """Cases that both runs have, with the same input and expectations."""
    altered: int
    """Cases that both have by name, with other content: they are not compared."""
    only_baseline: int
    """Cases that only the baseline has."""
    only_candidate: int
    """Cases that only the candidate has."""
    figures: tuple[ComparedFigure, ...]
    """The bars on shares, then whether there was an answer, then scorers that no bar names."""
    beside: tuple[ComparedMean, ...]
    """Latency and cost."""
    slices: tuple[SliceDifference, ...]
    """The differences by tag, the least like chance first."""
    counts: dict[CaseStatus, int]
    """How many common cases stand how; together they are `common`."""
    cases: tuple[ComparedCase, ...]
    """Every common case that is not unchanged, the worst first."""
    notes: tuple[str, ...]
    """What a reader has to know: another version, interrupted, other repeats, other load."""


def compare_cases(baseline: EvalRun, candidate: EvalRun, *, line: Line | None = None) -> RunComparison:
    """Return how the candidate differs from the baseline, figure by figure, tag by tag and case by case."""
    runs = pair_runs(candidate, baseline)
    shared = runs.shared
    ours, theirs = _ids(candidate), _ids(baseline)
    confidence = line.confidence if line else _CONFIDENCE
    pairs = [pair_cases(one, runs) for one in _quantities(line, baseline, candidate)]
    cases = _compare_cases(pairs, baseline, candidate, shared=shared)
    return RunComparison(
        baseline=_heading(baseline),
        candidate=_heading(candidate),
        confidence=confidence,
        margin=line.margin if line else None,
        common=len(shared),
        altered=len((ours & theirs) - shared),
        only_baseline=len(theirs - ours),
        only_candidate=len(ours - theirs),
        figures=_figures(pairs, line, seed=candidate.id),
        beside=tuple(_means(runs, confidence)),
        slices=slice_differences(pairs, candidate, confidence=confidence),
        counts=dict(Counter(one.status for one in cases)),
        cases=tuple(one for one in cases if one.status is not CaseStatus.UNCHANGED),
        notes=tuple(_notes(baseline, candidate)),
    )


def _notes(baseline: EvalRun, candidate: EvalRun) -> list[str]:
    own = [] if candidate.is_complete else ["The candidate was interrupted: only the cases that it finished count."]
    return own + note_on_pairing(candidate, baseline)


def _heading(run: EvalRun) -> RunHeading:
    names = [name for name in RunHeading.__struct_fields__ if name != "cost_usd"]
    return RunHeading(**{name: getattr(run, name) for name in names}, cost_usd=run.cost_usd)


def _ids(run: EvalRun) -> set[str]:
    return {one.case_id for one in run.results}


def _quantities(line: Line | None, *runs: EvalRun) -> list[Quantity]:
    bars = [bar for bar in line.bars if bar.is_share] if line else []
    bars += [] if any(bar.kind is _ANSWERED.kind for bar in bars) else [_ANSWERED]
    barred = {bar.scorer.name for bar in bars if bar.scorer}
    given = {name for run in runs for result in run.results for name in result.scores}
    return [*map(quantity_of, bars), *map(quantity_of_scorer, sorted(given - barred))]


def _figures(pairs: Sequence[Pairs], line: Line | None, *, seed: str) -> tuple[ComparedFigure, ...]:
    bars = {bar.name: bar for bar in line.bars} if line else {}
    confidence = line.confidence if line else _CONFIDENCE
    figures: list[ComparedFigure] = []
    for one in pairs:
        known = [(case.before, case.after) for case in one.cases]
        both = [(old, new) for old, new in known if old is not None and new is not None]
        judged = judge_pairs(bars[one.name], line, one, seed=seed) if line and one.name in bars else None
        figures.append(
            ComparedFigure(
                difference=judged.difference if judged else describe_difference(one, confidence=confidence, seed=seed),
                decision=judged.decision if judged else None,
                baseline=one.as_measured(_mean([old for old, _ in both])),
                candidate=one.as_measured(_mean([new for _, new in both])),
            )
        )
    return tuple(figures)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _means(runs: PairedRuns, confidence: float) -> Iterable[ComparedMean]:
    clusters, shared = runs.clusters, runs.shared
    for name, unit, bar in _READ_BESIDE:
        quantity = Quantity(name=name, read=quantity_of(bar).read)
        old, new = read_cases(quantity, runs.before), read_cases(quantity, runs.after)
        ids = [one for one in new if one in shared and new[one] is not None and old.get(one) is not None]
        before, after = [old[one] or 0.0 for one in ids], [new[one] or 0.0 for one in ids]
        if not ids:
            continue
        changes = [late - early for early, late in zip(before, after, strict=True)]
        groups = [clusters.get(one, f"case:{one}") for one in ids] if clusters else None
        is_enough = len(ids) >= _FEWEST_BESIDE
        yield ComparedMean(
            name=name,
            unit=unit,
            n=len(ids),
            baseline=sum(before) / len(ids),
            candidate=sum(after) / len(ids),
            baseline_p95=quantile_interval(before, _P95).estimate,
            candidate_p95=quantile_interval(after, _P95).estimate,
            delta=clustered_mean(changes, groups, confidence=confidence) if is_enough else None,
        )


def _compare_cases(
    pairs: Sequence[Pairs], baseline: EvalRun, candidate: EvalRun, *, shared: Collection[str]
) -> list[ComparedCase]:
    changes: dict[str, list[FigureChange]] = defaultdict(list)
    for quantity in pairs:
        for one in quantity.cases:
            if one.status is not CaseStatus.UNCHANGED:
                before, after = quantity.as_measured(one.before), quantity.as_measured(one.after)
                change = FigureChange(name=quantity.name, status=one.status, before=before, after=after)
                changes[one.case_id].append(change)
    olds, news = _by_case(baseline), _by_case(candidate)
    order = _WORST_FIRST.index
    found = [
        ComparedCase(
            case_id=name,
            tags=news[name][0].tags,
            status=min((one.status for one in changes[name]), key=order, default=CaseStatus.UNCHANGED),
            changes=tuple(sorted(changes[name], key=lambda one: order(one.status))),
            before=_side(olds[name]),
            after=_side(news[name]),
        )
        for name in news
        if name in shared
    ]
    return sorted(found, key=lambda one: order(one.status))


def _by_case(run: EvalRun) -> Mapping[str, list[CaseResult]]:
    grouped: dict[str, list[CaseResult]] = defaultdict(list)
    for one in run.results:
        grouped[one.case_id].append(one)
    return grouped


def _side(results: Sequence[CaseResult]) -> CaseSide:
    return CaseSide(
        outcomes=tuple(one.outcome for one in results),
        trace_ids=tuple(one.trace_id for one in results if one.trace_id),
        messages=tuple(dict.fromkeys(one.message for one in results if one.message)),
    )
