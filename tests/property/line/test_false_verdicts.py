"""A wrong verdict is as rare as the line promises: at most one minus its confidence, however many bars it has."""

from functools import cache

import msgspec
import numpy as np
import pytest

from plimsoll.line import (
    Evidence,
    Line,
    Observation,
    Sample,
    answered,
    decide,
    decide_line,
    error_rate,
    evidence_for,
    evidence_for_line,
    latency,
    mean_cost,
    not_worse,
    pass_rate,
)
from plimsoll.records import Case, ErrorClass, Outcome, Score, Verdict
from plimsoll.stats import paired_binary

from unit.stats import oracles

ALPHA = 0.05


class Named(msgspec.Struct, frozen=True):
    name: str

    async def score(self, case: Case, sample: Sample) -> Score:
        return Score(name=self.name, value=float(case.expected == sample.output))


LINE = Line(
    pass_rate(Named("grounded"), at_least=0.90),
    pass_rate(Named("cites"), at_least=0.95),
    answered(at_least=0.80),
    latency(p95_seconds=2.0),
    error_rate(at_most=0.05),
    mean_cost(at_most_usd=0.004),
)


def sail_at_the_line(rng: np.random.Generator, n: int) -> list[Observation]:
    """Return a run of a feature that meets each bar of LINE exactly."""
    ends = rng.choice([Outcome.ANSWERED, Outcome.FAILED, Outcome.ABSTAINED], n, p=[0.8, 0.05, 0.15])
    milliseconds = rng.lognormal(np.log(2000) - 0.5 * oracles.normal_quantile(0.95), 0.5, n)
    costs = rng.gamma(3, 0.004 / 3, n)
    passed = rng.random((n, 2)) < [0.90, 0.95]
    return [
        Observation(
            outcome=Outcome(end),
            error_class=ErrorClass.MODEL if end == Outcome.FAILED else None,
            latency_ms=float(took),
            cost_usd=float(cost),
            scores={
                "grounded": Score(name="grounded", value=1.0, passed=bool(first)),
                "cites": Score(name="cites", value=1.0, passed=bool(second)),
            },
        )
        for end, took, cost, (first, second) in zip(ends, milliseconds, costs, passed, strict=True)
    ]


def is_above_alpha(wrong: int, runs: int) -> bool:
    """Tell whether so many wrong verdicts would come up in fewer than one of a thousand such simulations."""
    return oracles.at_least(wrong, runs, ALPHA) < 0.001


@pytest.mark.parametrize(("n", "runs"), [(60, 120), (200, 60)])
def test_a_line_met_exactly_rarely_falls_short_and_rarely_holds(n: int, runs: int):
    rng = np.random.default_rng(21)
    verdicts = [decide_line(LINE, evidence_for_line(LINE, sail_at_the_line(rng, n))).verdict for _ in range(runs)]
    assert not is_above_alpha(verdicts.count(Verdict.FALLS_SHORT), runs)
    assert not is_above_alpha(verdicts.count(Verdict.HOLDS), runs)


@cache
def count_evidence(target: float, passed: int, n: int) -> Evidence:
    """Return the evidence of so many answers among n requests; a share knows nothing else."""
    run = [Observation(outcome=Outcome.ANSWERED)] * passed + [Observation(outcome=Outcome.ABSTAINED)] * (n - passed)
    return evidence_for(answered(at_least=target), run)


def judge_shares(targets: list[float], truths: list[float], *, n: int) -> list[Verdict]:
    """Return the line's verdicts of 4,000 runs over independent shares."""
    line = Line(*(pass_rate(Named(f"scorer {place}"), at_least=target) for place, target in enumerate(targets)))
    runs = np.random.default_rng(25).binomial(n, truths, (4_000, len(truths)))
    return [
        decide_line(line, [count_evidence(*one, n) for one in zip(targets, map(int, run), strict=True)]).verdict
        for run in runs
    ]


@pytest.mark.parametrize("n", [30, 120, 400])
@pytest.mark.parametrize("targets", [[0.9], [0.9, 0.8], [0.99, 0.95, 0.9, 0.9, 0.8, 0.5]])
def test_however_many_bars_are_met_exactly_the_line_falls_short_no_more_often_than_it_promises(
    targets: list[float], n: int
):
    assert judge_shares(targets, targets, n=n).count(Verdict.FALLS_SHORT) / 4_000 <= ALPHA


@pytest.mark.parametrize("n", [30, 120, 400])
@pytest.mark.parametrize("target", [0.8, 0.9, 0.95])
def test_one_bar_met_exactly_among_bars_well_cleared_is_called_cleared_no_more_often_than_it_promises(
    target: float, n: int
):
    targets, truths = [target, 0.5, 0.5], [target, 0.95, 0.99]
    assert judge_shares(targets, truths, n=n).count(Verdict.HOLDS) / 4_000 <= ALPHA


@pytest.mark.parametrize("target", [0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 17, 30, 59, 120])
def test_one_bar_met_exactly_is_misjudged_at_most_so_often_whatever_the_number_of_cases(target: float, n: int):
    bar = answered(at_least=target)
    met, missed = Observation(outcome=Outcome.ANSWERED), Observation(outcome=Outcome.ABSTAINED)
    wrong = {Verdict.HOLDS: 0.0, Verdict.FALLS_SHORT: 0.0, Verdict.CANNOT_TELL: 0.0}
    for count, chance in enumerate(oracles.chances(n, target)):
        verdict = decide(bar, evidence_for(bar, [met] * count + [missed] * (n - count))).verdict
        wrong[verdict] += float(chance)
    assert wrong[Verdict.HOLDS] <= ALPHA + 1e-9
    assert wrong[Verdict.FALLS_SHORT] <= ALPHA + 1e-9


@pytest.mark.parametrize("lost", [0.02, 0.2])
def test_infrastructure_that_fails_at_random_makes_no_regression(lost: float):
    rng = np.random.default_rng(22)
    bar = error_rate(at_most=0.05)
    broken = Observation(outcome=Outcome.FAILED, error_class=ErrorClass.INFRASTRUCTURE)
    verdicts: list[Verdict] = []
    for _ in range(300):
        failures, gaps = rng.binomial(150, 0.02), rng.binomial(150, lost)
        run = [Observation(outcome=Outcome.FAILED)] * failures + [Observation(outcome=Outcome.ANSWERED)] * (
            150 - failures
        )
        verdicts.append(decide(bar, evidence_for(bar, run + [broken] * gaps)).verdict)
    assert verdicts.count(Verdict.FALLS_SHORT) <= 300 * ALPHA


def test_clustered_cases_are_misjudged_no_more_often_than_lone_ones():
    rng = np.random.default_rng(23)
    bar = answered(at_least=0.8)
    verdicts: list[Verdict] = []
    for _ in range(400):
        passed = rng.random((25, 4)) < rng.beta(0.8, 0.2, (25, 1))
        run = [
            Observation(outcome=Outcome.ANSWERED if one else Outcome.ABSTAINED, cluster=str(document))
            for document, row in enumerate(passed)
            for one in row
        ]
        verdicts.append(decide(bar, evidence_for(bar, run)).verdict)
    assert verdicts.count(Verdict.HOLDS) / 400 <= ALPHA
    assert verdicts.count(Verdict.FALLS_SHORT) / 400 <= ALPHA


@pytest.mark.parametrize(("gain", "loss"), [(0.03, 0.05), (0.08, 0.10)])
def test_a_candidate_worse_by_the_margin_is_rarely_called_not_worse(gain: float, loss: float):
    rng = np.random.default_rng(24)
    verdicts: list[Verdict] = []
    for gained, lost, _ in rng.multinomial(300, [gain, loss, 1 - gain - loss], 1_000):
        same = [True] * int(300 - gained - lost)
        baseline = [False] * int(gained) + [True] * int(lost) + same
        candidate = [True] * int(gained) + [False] * int(lost) + same
        verdicts.append(not_worse(paired_binary(baseline, candidate), loss - gain).verdict)
    assert verdicts.count(Verdict.HOLDS) / 1_000 <= ALPHA
    assert verdicts.count(Verdict.FALLS_SHORT) / 1_000 <= ALPHA
