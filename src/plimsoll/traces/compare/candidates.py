"""Everything that could differ, each with its chance under no change; and which of them count as found. Pure.

Called by `compare`. Nothing is picked by how much it differs before it is tested: only by how often it occurs in both.
"""

import math
from collections import Counter

import msgspec

from plimsoll.stats import (
    Amounts,
    benjamini_hochberg,
    bin_shares,
    divergence,
    dominance,
    fisher_exact,
)
from plimsoll.traces.compare.aspects import ASPECTS, Aspect
from plimsoll.traces.compare.groups import WORD, Members

_FEWEST = 5
_FEWEST_MEASURED = 8
_MOST_VALUES = 300
_MOST_WORDS = 1_500
_FREE_BINS = 9
LEAST_DIVERGENCE = 0.001
"""Bits below which a difference is not worth telling, however sure it is."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tested."""

    aspect: Aspect
    """What kind of thing."""
    value: str
    """Which one: a document, a word, a step; empty where the aspect is all."""
    is_share: bool
    """Whether it is had or not; else it is an amount."""
    p_value: float
    """Chance of a difference like this or larger under no change."""
    divergence: float
    """How much it tells of the side that a request is on, in bits."""
    rise: float
    """Above 0 where the second side has more of it: a difference of shares, or of chances to be the larger."""


def test_all(first: Members, second: Members) -> list[Candidate]:
    """Return everything that occurs often enough to be told apart."""
    return [*_test_shares(first, second), *_test_amounts(first, second)]


def select(candidates: list[Candidate], *, level: float) -> list[tuple[Candidate, float]]:
    """Return what counts as found, with its adjusted p-value: at most `level` of them are expected to be chance.

    In two steps: aspects first, then within each that differs (Benjamini & Bogomolov 2014), so that a thousand words do
    not drown one model. An aspect's p-value is Simes', its smallest adjusted one.
    """
    families: dict[str, list[Candidate]] = {}
    for one in candidates:
        families.setdefault(one.aspect.name, []).append(one)
    within = {name: benjamini_hochberg([one.p_value for one in some]) for name, some in families.items()}
    across = dict(zip(within, benjamini_hochberg([min(adjusted) for adjusted in within.values()]), strict=True))
    chosen = [name for name, adjusted in across.items() if adjusted <= level]
    found: list[tuple[Candidate, float]] = []
    for name in chosen:
        for one, adjusted in zip(families[name], within[name], strict=True):
            whole = max(across[name], min(1.0, adjusted * len(families) / len(chosen)))
            if whole <= level and one.divergence >= LEAST_DIVERGENCE:
                found.append((one, whole))
    return found


def _test_shares(first: Members, second: Members) -> list[Candidate]:
    counts = first.traits + second.traits
    tested: list[Candidate] = []
    for aspect, value in _frequent(counts):
        if not (first.has_some_for(ASPECTS[aspect]) and second.has_some_for(ASPECTS[aspect])):
            continue
        one, two = (side.share(ASPECTS[aspect], value) for side in (first, second))
        before, after = one.successes / one.n, two.successes / two.n
        if max(before, after) < ASPECTS[aspect].least_share:
            continue
        tested.append(
            Candidate(
                aspect=ASPECTS[aspect],
                value=value,
                is_share=True,
                p_value=fisher_exact(one, two),
                divergence=divergence([before, 1 - before], [after, 1 - after]),
                rise=after - before,
            )
        )
    return tested


def _frequent(counts: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the traits that enough traces have, the most frequent of each aspect, whichever side they are on."""
    taken: Counter[str] = Counter()
    kept: list[tuple[str, str]] = []
    for (aspect, value), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        most = _MOST_WORDS if aspect == WORD else _MOST_VALUES
        if count >= _FEWEST and taken[aspect] < most and aspect in ASPECTS:
            taken[aspect] += 1
            kept.append((aspect, value))
    return kept


def _test_amounts(first: Members, second: Members) -> list[Candidate]:
    tested: list[Candidate] = []
    for name, count in sorted(first.amounts.items()):
        aspect, _, value = name.partition(" ")
        if min(count, second.amounts[name]) < _FEWEST_MEASURED or aspect not in ASPECTS:
            continue
        (_, one), (_, two) = first.measured(name), second.measured(name)
        ranked = dominance(one, two)
        tested.append(
            Candidate(
                aspect=ASPECTS[aspect],
                value=value,
                is_share=False,
                p_value=ranked.p_value,
                divergence=_divergence(one, two, rise=2 * ranked.probability - 1),
                rise=2 * ranked.probability - 1,
            )
        )
    return tested


def _divergence(one: Amounts, two: Amounts, *, rise: float) -> float:
    """Return the divergence by bins less what chance alone makes of it; at least what the ranks alone show.

    Without any change it is (bins - 1) (1/n + 1/m) / (8 ln 2) on average; and a difference of ranks is worth half its
    square at least.
    """
    chance = _FREE_BINS * (1 / one.worth + 1 / two.worth) / (8 * math.log(2))
    return max(divergence(*bin_shares(one, two)) - chance, rise**2 / 2)
