"""How often the gate is wrong where it must not be, and right where it was predicted to be."""

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np
from decisions_kit.row import Row

from plimsoll.line import (
    Evidence,
    Line,
    Observation,
    answered,
    decide,
    decide_line,
    error_rate,
    evidence_for,
    not_worse,
    pass_rate,
)
from plimsoll.records import Outcome, Verdict
from plimsoll.scorers import exact
from plimsoll.stats import cases_for_proportion, clearing_probability, paired_binary

Rng = np.random.Generator
ALPHA = 0.05
_MARGIN = 0.02


def verdict_rows(rng: Rng, runs: int) -> Iterator[Row]:
    """Yield a row for each point of each family's grid."""
    for family in (bars_met_exactly, lines_met_exactly, candidates_at_the_margin, predicted_power):
        yield from family(rng, runs)


@cache
def _evidence(target: float, passed: int, n: int) -> Evidence:
    run = [Observation(outcome=Outcome.ANSWERED)] * passed + [Observation(outcome=Outcome.ABSTAINED)] * (n - passed)
    return evidence_for(answered(at_least=target), run)


def bars_met_exactly(rng: Rng, runs: int) -> Iterator[Row]:
    """A bar whose target is the truth: either verdict is a false one."""
    for n, target in product([50, 200, 500], [0.5, 0.8, 0.9, 0.95]):
        counts = rng.binomial(n, target, runs).tolist()
        bar = answered(at_least=target)
        verdicts = [decide(bar, _evidence(target, count, n)).verdict for count in counts]
        name = f"n={n} bar={target}"
        yield _at_most("false `holds` at the bar", name, wrong=Verdict.HOLDS, among=verdicts)
        yield _at_most("false `falls short` at the bar", name, wrong=Verdict.FALLS_SHORT, among=verdicts)


def lines_met_exactly(rng: Rng, runs: int) -> Iterator[Row]:
    """A line of three bars, all of them met exactly."""
    line = Line(answered(at_least=0.8), error_rate(at_most=0.05), pass_rate(exact, at_least=0.9))
    for n in (100, 400):
        verdicts = [decide_line(line, evidences).verdict for evidences in _lines(rng, n, runs)]
        yield _at_most("false `falls short` of a line", f"n={n}, 3 bars", wrong=Verdict.FALLS_SHORT, among=verdicts)
        yield _at_most("false `holds` of a line", f"n={n}, 3 bars", wrong=Verdict.HOLDS, among=verdicts)


def _lines(rng: Rng, n: int, runs: int) -> Iterator[list[Evidence]]:
    drawn = rng.binomial(n, [0.8, 0.05, 0.9], (runs, 3)).tolist()
    return ([_evidence(0.8, one, n), _errors(two, n), _evidence(0.9, three, n)] for one, two, three in drawn)


@cache
def _errors(failed: int, n: int) -> Evidence:
    run = [Observation(outcome=Outcome.FAILED)] * failed + [Observation(outcome=Outcome.ANSWERED)] * (n - failed)
    return evidence_for(error_rate(at_most=0.05), run)


def candidates_at_the_margin(rng: Rng, runs: int) -> Iterator[Row]:
    """A candidate that is worse by just the margin."""

    @cache
    def verdict(gained: int, lost: int, n: int) -> Verdict:
        same = [True] * (n - gained - lost)
        before, after = [False] * gained + [True] * lost + same, [True] * gained + [False] * lost + same
        return not_worse(paired_binary(before, after), _MARGIN).verdict

    for n, gain in product([100, 300, 1_000], [0.02, 0.05, 0.1]):
        loss = gain + _MARGIN
        drawn = rng.multinomial(n, [gain, loss, 1 - gain - loss], runs).tolist()
        verdicts = [verdict(gained, lost, n) for gained, lost, _ in drawn]
        name = f"n={n} gain={gain} loss={loss:.2f}"
        yield _at_most("false `not worse` at the margin", name, wrong=Verdict.HOLDS, among=verdicts)
        yield _at_most("false `worse` at the margin", name, wrong=Verdict.FALLS_SHORT, among=verdicts)


def predicted_power(rng: Rng, runs: int) -> Iterator[Row]:
    """How often a bar is cleared at the size that was planned, against what was predicted."""
    for truth, target in [(0.93, 0.9), (0.95, 0.9), (0.85, 0.8), (0.6, 0.5), (0.99, 0.95)]:
        for n in (200, 500, cases_for_proportion(truth, target)):
            counts = rng.binomial(n, truth, runs)
            promised = clearing_probability(n, expected=truth, bar=target)
            cleared = [_evidence(target, count, n).interval for count in counts.tolist()]
            share = float(np.mean([interval is not None and interval.low > target for interval in cleared]))
            yield Row(
                family="predicted power",
                name=f"n={n} truth={truth} bar={target}",
                share=share,
                runs=runs,
                promised=promised,
            )


def _at_most(family: str, name: str, *, wrong: Verdict, among: list[Verdict]) -> Row:
    share = among.count(wrong) / len(among)
    return Row(family=family, name=name, share=share, runs=len(among), promised=ALPHA, most=True)
