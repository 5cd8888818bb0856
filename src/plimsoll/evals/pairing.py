"""The same cases in two runs: what each run says about them, and how the two differ.

Called by `compare`, `run_comparison` and `slices`. Pure. Cases are paired by id and content; what infrastructure lost
on either side is missing, never a regression.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial

import msgspec
import numpy as np
from msgspec.structs import replace

from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.line import Bar, Observation, Value, read_value
from plimsoll.stats import PairedDifference, paired_binary, paired_mean, smallest_effect, variance_behind


class CaseStatus(StrEnum):
    """How a case of the candidate stands beside the baseline's."""

    REGRESSED = "regressed"
    """It always passed and now always fails."""
    IMPROVED = "improved"
    """It always failed and now always passes."""
    FLAKY = "flaky"
    """Its repeats disagree within a run."""
    MISSING = "missing"
    """It was lost or not scored on either side."""
    UNCHANGED = "unchanged"
    """It passes in both runs, or fails in both."""


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A share that two runs are compared on."""

    name: str
    """The bar's or the scorer's name."""
    read: Callable[[Observation], Value]
    """What it reads of one result: 1 and 0, or a gap."""
    is_at_least: bool = True
    """Whether more is better."""


class PairedCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case that counts in both runs, for one quantity."""

    case_id: str
    """The case."""
    before: float | None
    """Mean over the baseline's repeats, the better the higher; None where none has a value."""
    after: float | None
    """The same of the candidate."""

    @property
    def status(self) -> CaseStatus:
        """Return how the two stand to each other."""
        if self.before is None or self.after is None:
            return CaseStatus.MISSING
        if not {self.before, self.after} <= {0.0, 1.0}:
            return CaseStatus.FLAKY
        if self.before == self.after:
            return CaseStatus.UNCHANGED
        return CaseStatus.IMPROVED if self.after > self.before else CaseStatus.REGRESSED


class PairedRuns(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs, read once."""

    shared: frozenset[str]
    """Cases that both have, with the same input and expectations."""
    after: Mapping[str, Sequence[Observation]]
    """The candidate's results by case."""
    before: Mapping[str, Sequence[Observation]]
    """The baseline's."""
    clusters: Mapping[str, str]
    """What cases share with others, by case; empty where none names anything."""


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of two runs, paired for one quantity."""

    name: str
    """The quantity."""
    cases: tuple[PairedCase, ...]
    """Those that count in both runs, in the candidate's order."""
    clusters: Mapping[str, str]
    """What cases share with others, by case; empty where none names anything."""
    is_at_least: bool = True
    """Whether more of the quantity is better."""

    def among(self, case_ids: Collection[str]) -> "Pairs":
        """Return the pairs of these cases alone."""
        kept = tuple(one for one in self.cases if one.case_id in case_ids)
        return replace(self, cases=kept)

    def as_measured(self, goodness: float | None) -> float | None:
        """Return a case's value, the better the higher, as the quantity itself is counted, e.g. a rate of errors."""
        return goodness if goodness is None or self.is_at_least else 1 - goodness

    @property
    def missing(self) -> int:
        """Return the number of cases without a value on either side."""
        return sum(one.status is CaseStatus.MISSING for one in self.cases)

    def ids(self, status: CaseStatus) -> tuple[str, ...]:
        """Return the cases of that status."""
        return tuple(one.case_id for one in self.cases if one.status is status)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How the candidate differs from the baseline in one quantity."""

    name: str
    """The bar's or the scorer's name."""
    paired: PairedDifference | None
    """The difference, above zero where the candidate is better; None without pairs."""
    smallest_effect: float | None
    """The smallest difference that so many cases, differing so, show in four runs of five; None without pairs."""
    missing: int
    """Common cases that count and could not be paired: lost or unscored on either side."""
    improved: tuple[str, ...]
    """Ids of cases that always failed and now always pass."""
    regressed: tuple[str, ...]
    """Ids of cases that always passed and now always fail."""
    flaky: tuple[str, ...]
    """Ids of cases whose repeats disagree within a run; they count in the difference and are kept out of the lists."""
    unchanged: int
    """Cases that pass in both runs, or fail in both."""


def quantity_of(bar: Bar) -> Quantity:
    """Return what a bar on a share measures."""
    return Quantity(name=bar.name, read=partial(read_value, bar), is_at_least=bar.is_at_least)


def quantity_of_scorer(name: str) -> Quantity:
    """Return the pass rate of a scorer that no bar names, by what a kept run holds of it."""
    return Quantity(name=name, read=partial(_read_kept_score, name))


def common_cases(run: EvalRun, baseline: EvalRun) -> set[str]:
    """Return the ids of the cases that both runs have, with the same input and expectations."""
    theirs = {one.case_id: one.case_hash for one in baseline.results}
    return {one.case_id for one in run.results if theirs.get(one.case_id) == one.case_hash}


def pair_runs(run: EvalRun, baseline: EvalRun) -> PairedRuns:
    """Return two runs read once, so that each quantity can be paired."""
    return PairedRuns(
        shared=frozenset(common_cases(run, baseline)),
        after=_by_case(run),
        before=_by_case(baseline),
        clusters={one.case_id: one.cluster for one in run.results if one.cluster is not None},
    )


def pair_cases(quantity: Quantity, runs: PairedRuns) -> Pairs:
    """Return the cases that count for the quantity in both runs."""
    after, before = read_cases(quantity, runs.after), read_cases(quantity, runs.before)
    return Pairs(
        name=quantity.name,
        cases=tuple(
            PairedCase(case_id=name, before=before[name], after=mean)
            for name, mean in after.items()
            if name in runs.shared and name in before
        ),
        clusters=runs.clusters,
        is_at_least=quantity.is_at_least,
    )


def read_cases(quantity: Quantity, cases: Mapping[str, Sequence[Observation]]) -> dict[str, float | None]:
    """Return each case that counts, with the mean over its repeats; None where none of them has a value."""
    read = {name: [quantity.read(one) for one in observations] for name, observations in cases.items()}
    counted = {name: [one for one in values if one.counts] for name, values in read.items()}
    return {name: _mean(values, is_at_least=quantity.is_at_least) for name, values in counted.items() if values}


def _by_case(run: EvalRun) -> Mapping[str, Sequence[Observation]]:
    grouped: dict[str, list[Observation]] = defaultdict(list)
    for result, observation in zip(run.results, observe(run), strict=True):
        grouped[result.case_id].append(observation)
    return grouped


def measure_pairs(pairs: Pairs, *, confidence: float, seed: str) -> PairedDifference | None:
    """Return the difference of the two runs; None without a pair.

    Independent cases that pass or fail: Tango's interval and McNemar's test; repeats and clusters: bootstrap over case
    means. The seed makes the bootstrap say the same twice.
    """
    known = [(one.case_id, one.before, one.after) for one in pairs.cases]
    both = [(name, old, new) for name, old, new in known if old is not None and new is not None]
    if not both:
        return None
    before, after = [old for _, old, _ in both], [new for _, _, new in both]
    if not pairs.clusters and {*before, *after} <= {0.0, 1.0}:
        return paired_binary([one > 0 for one in before], [one > 0 for one in after], confidence=confidence)
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
    clusters = [pairs.clusters.get(name, f"case:{name}") for name, _, _ in both] if pairs.clusters else None
    return paired_mean(before, after, rng=rng, clusters=clusters, confidence=confidence)


def describe_difference(pairs: Pairs, *, confidence: float, seed: str) -> Difference:
    """Return how the runs differ, the smallest difference that these cases could show, and the cases that changed."""
    paired = measure_pairs(pairs, confidence=confidence, seed=seed)
    return Difference(
        name=pairs.name,
        paired=paired,
        smallest_effect=_smallest(paired, confidence) if paired else None,
        missing=pairs.missing,
        improved=pairs.ids(CaseStatus.IMPROVED),
        regressed=pairs.ids(CaseStatus.REGRESSED),
        flaky=pairs.ids(CaseStatus.FLAKY),
        unchanged=len(pairs.ids(CaseStatus.UNCHANGED)),
    )


def note_on_pairing(run: EvalRun, baseline: EvalRun) -> list[str]:
    """Return what a reader of the comparison has to know about the two runs, a sentence each."""
    notes: list[str] = []
    if run.feature != baseline.feature:
        notes.append(f"The baseline is a run of another feature, {baseline.feature!r}.")
    if (run.dataset, run.dataset_version) != (baseline.dataset, baseline.dataset_version):
        shared = len(common_cases(run, baseline))
        notes.append(
            f"The baseline ran on another version of the dataset: compared are the {shared} cases that both have "
            f"alike, of {run.cases} here and {baseline.cases} there."
        )
    if not baseline.is_complete:
        notes.append("The baseline was interrupted: only the cases that it finished are compared.")
    if run.repeats != baseline.repeats:
        notes.append(f"Each case was asked {_times(run.repeats)} here and {_times(baseline.repeats)} there.")
    if run.concurrency != baseline.concurrency:
        notes.append(
            f"{run.concurrency} at once here and {baseline.concurrency} there: their latencies cannot be compared."
        )
    if run.config_hash and run.config_hash == baseline.config_hash:
        notes.append(f"Both runs have the same configuration: {_what_differs(run, baseline)}.")
    return notes


def _what_differs(run: EvalRun, baseline: EvalRun) -> str:
    now, then = run.experiment.knowledge, baseline.experiment.knowledge
    if not now or not then:
        return "what differs is chance, or the documents"
    return "what differs is chance" if now == then else "what differs is chance, or the documents, which changed"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _smallest(paired: PairedDifference, confidence: float) -> float:
    return smallest_effect(variance_behind(paired.delta), paired.delta.n, confidence=confidence)


def _mean(values: Iterable[Value], *, is_at_least: bool) -> float | None:
    known = [one.value for one in values if one.value is not None]
    good = known if is_at_least else [1 - value for value in known]
    return sum(good) / len(good) if good else None


def _read_kept_score(name: str, observation: Observation) -> Value:
    score = observation.scores.get(name)
    counts = observation.is_valid and name not in observation.inapplicable and bool(score or observation.is_lost)
    passed = None if score is None or score.value is None or observation.is_lost else score.passed
    return Value(counts=counts, value=None if passed is None or not counts else float(passed))
