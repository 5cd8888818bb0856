"""What differs between two groups of requests, ranked, beyond chance: the causes before what came of them. Pure.

Called with traces that were read already; it draws nothing and asks nothing.
"""

from msgspec.structs import replace

from plimsoll.stats import smallest_share_difference
from plimsoll.traces.compare.aspects import ASPECTS
from plimsoll.traces.compare.candidates import select, test_all
from plimsoll.traces.compare.concentration import find_concentrations
from plimsoll.traces.compare.findings import describe
from plimsoll.traces.compare.groups import Group, Members, index_groups
from plimsoll.traces.compare.records import Comparison, GroupSize

MOST_SAMPLED = 2_000
"""Traces of a side that are compared."""
_MOST_FINDINGS = 40
_LEAST_TELLING = 0.5
_FEWEST = 8


def compare_groups(first: Group, second: Group, *, level: float = 0.05, seed: int = 0) -> Comparison:
    """Compare two groups; of the findings at most the share `level` is expected to be chance.

    Below the size at which a change from 25 to 75 % of requests would be seen four times out of five, it says that
    they are too few, and nothing else.
    """
    sides = _size_empty(first), _size_empty(second)
    if min(len(first.facts), len(second.facts)) < _FEWEST:
        return _too_few(sides, None, level=level, seed=seed)
    one, two = index_groups(first, second)
    sides = _size(one), _size(two)
    detectable = smallest_share_difference(one.sample.worth, two.sample.worth, level=level / len(ASPECTS))
    if detectable > _LEAST_TELLING:
        return _too_few(sides, detectable, level=level, seed=seed)
    candidates = test_all(one, two)
    findings = describe(select(candidates, level=level), one, two)
    return Comparison(
        first=sides[0],
        second=sides[1],
        findings=tuple(findings[:_MOST_FINDINGS]),
        concentrations=(*find_concentrations(first), *find_concentrations(second)),
        left_out=max(0, len(findings) - _MOST_FINDINGS),
        tested=len(candidates),
        level=level,
        detectable=detectable,
        too_few="",
        seed=seed,
    )


def _size_empty(group: Group) -> GroupSize:
    sampled = len(group.facts)
    return GroupSize(
        label=group.label,
        matching=group.matching or sampled,
        sampled=sampled,
        worth=float(sampled),
        withheld=group.withheld,
    )


def _size(members: Members) -> GroupSize:
    return replace(_size_empty(members.group), worth=members.sample.worth)


def _too_few(sides: tuple[GroupSize, GroupSize], detectable: float | None, *, level: float, seed: int) -> Comparison:
    smaller = min(sides, key=lambda side: side.worth)
    return Comparison(
        first=sides[0],
        second=sides[1],
        findings=(),
        concentrations=(),
        left_out=0,
        tested=0,
        level=level,
        detectable=detectable,
        too_few=f"{smaller.label!r} has {smaller.worth:.0f} requests to compare: too few to tell chance from change.",
        seed=seed,
    )
