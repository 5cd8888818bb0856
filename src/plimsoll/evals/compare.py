"""Two runs on the same cases: for each bar on a share, is the candidate not worse than the baseline by the margin?

Called by `gate`. Pure. Cases are paired by id and content; what infrastructure lost on either side is missing, never a
regression.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.line import Bar, Line, Observation, not_worse, read_value
from plimsoll.records import Decision, Verdict
from plimsoll.stats import PairedDifference, paired_binary, paired_mean

_MOST_MISSING = 0.05


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate against baseline on one bar."""

    bar: Bar
    """The bar whose quantity is compared."""
    decision: Decision
    """Whether the candidate is not worse by more than the line's margin."""
    paired: PairedDifference | None
    """The difference, above zero where the candidate is better; None without pairs."""
    missing: int
    """Common cases that count for the bar and could not be paired: lost or unscored on either side."""
    improved: tuple[str, ...]
    """Ids of cases that always failed and now always pass."""
    regressed: tuple[str, ...]
    """Ids of cases that always passed and now always fail."""
    flaky: tuple[str, ...]
    """Ids of cases whose repeats disagree within a run; they count in the difference and are kept out of the lists."""


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """What one run says about one case, for one bar."""

    counts: bool
    """Whether any repeat of it counts for the bar."""
    mean: float | None
    """Mean over the repeats with a value, the better the higher; None where none has one."""


class _Pairs(msgspec.Struct, frozen=True, kw_only=True):
    ids: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    clusters: tuple[str, ...] | None
    missing: int


def compare_runs(line: Line, run: EvalRun, baseline: EvalRun) -> tuple[Comparison, ...]:
    """Return one comparison for each bar on a share: pass rates, answers and errors.

    Latency and cost are left to their bars, since a margin of a share says nothing about seconds and dollars.
    `falls short` is claimed at a confidence shared out over all bars and comparisons (Bonferroni).
    """
    bars = [bar for bar in line.bars if bar.is_share]
    claims = len(line.bars) + len(bars)
    return tuple(_compare(bar, line, _pair(bar, run, baseline), claims=claims, seed=run.id) for bar in bars)


def common_cases(run: EvalRun, baseline: EvalRun) -> set[str]:
    """Return the ids of the cases that both runs have, with the same input and expectations."""
    theirs = {one.case_id: one.case_hash for one in baseline.results}
    return {one.case_id for one in run.results if theirs.get(one.case_id) == one.case_hash}


def _compare(bar: Bar, line: Line, pairs: _Pairs, *, claims: int, seed: str) -> Comparison:
    paired = _difference(pairs, line.confidence, seed) if pairs.ids else None
    changed = list(zip(pairs.ids, pairs.before, pairs.after, strict=True))
    return Comparison(
        bar=bar,
        decision=_decide(line, pairs, paired, claims=claims, seed=seed),
        paired=paired,
        missing=pairs.missing,
        improved=tuple(name for name, before, after in changed if (before, after) == (0.0, 1.0)),
        regressed=tuple(name for name, before, after in changed if (before, after) == (1.0, 0.0)),
        flaky=tuple(name for name, before, after in changed if not {before, after} <= {0.0, 1.0}),
    )


def _decide(line: Line, pairs: _Pairs, paired: PairedDifference | None, *, claims: int, seed: str) -> Decision:
    decision = not_worse(paired, line.margin)
    if decision.verdict is Verdict.FALLS_SHORT:
        strict = _difference(pairs, 1 - (1 - line.confidence) / claims, seed)
        if not_worse(strict, line.margin).verdict is not Verdict.FALLS_SHORT:
            reason = f"{decision.reason} Not surely enough for one claim among {claims}."
            return Decision(verdict=Verdict.CANNOT_TELL, reason=reason)
    if pairs.missing > _MOST_MISSING * (len(pairs.ids) + pairs.missing):
        reason = f"{decision.reason} {pairs.missing} common cases are missing, above 5 %."
        return Decision(verdict=Verdict.CANNOT_TELL, reason=reason)
    return decision


def _difference(pairs: _Pairs, confidence: float, seed: str) -> PairedDifference:
    is_binary = {*pairs.before, *pairs.after} <= {0.0, 1.0}
    if is_binary and pairs.clusters is None:
        return paired_binary(
            [value > 0 for value in pairs.before], [value > 0 for value in pairs.after], confidence=confidence
        )
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
    return paired_mean(pairs.before, pairs.after, rng=rng, clusters=pairs.clusters, confidence=confidence)


def _pair(bar: Bar, run: EvalRun, baseline: EvalRun) -> _Pairs:
    shared = common_cases(run, baseline)
    after, before = _read(bar, run), _read(bar, baseline)
    wanted = [name for name in after if name in shared and after[name].counts and before[name].counts]
    both = [(name, before[name].mean, after[name].mean) for name in wanted]
    known = [(name, old, new) for name, old, new in both if old is not None and new is not None]
    return _Pairs(
        ids=tuple(name for name, _, _ in known),
        before=tuple(old for _, old, _ in known),
        after=tuple(new for _, _, new in known),
        clusters=_clusters(run, [name for name, _, _ in known]),
        missing=len(wanted) - len(known),
    )


def _read(bar: Bar, run: EvalRun) -> Mapping[str, _Case]:
    grouped: dict[str, list[Observation]] = defaultdict(list)
    for result, observation in zip(run.results, observe(run), strict=True):
        grouped[result.case_id].append(observation)
    return {name: _summarise(bar, observations) for name, observations in grouped.items()}


def _summarise(bar: Bar, observations: Iterable[Observation]) -> _Case:
    readings = [read_value(bar, one) for one in observations]
    values = [reading.value for reading in readings if reading.counts and reading.value is not None]
    good = values if bar.is_at_least else [1 - value for value in values]
    return _Case(counts=any(reading.counts for reading in readings), mean=sum(good) / len(good) if good else None)


def _clusters(run: EvalRun, ids: Sequence[str]) -> tuple[str, ...] | None:
    """Return the cluster of each case, its own id where it names none; None where no case names one."""
    named = {one.case_id: one.cluster for one in run.results if one.cluster is not None}
    return tuple(named.get(name, f"case:{name}") for name in ids) if named else None
