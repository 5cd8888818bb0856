"""From what was found to what is told: changes of one aspect together, ranked, with figures and examples. Pure."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from plimsoll.stats import median_interval, share_difference, shift, weighted_log_odds, weighted_mean
from plimsoll.traces.compare.aspects import ASPECTS
from plimsoll.traces.compare.candidates import Candidate
from plimsoll.traces.compare.groups import WORD, Members
from plimsoll.traces.compare.records import Finding, ValueChange

Found = tuple[Candidate, float]
"""A candidate with its adjusted p-value."""
_EXAMPLES = 3
_MOST_OTHERS = 7
_PER_ASPECT = 5
_SAME_BITS = 1.3
"""Factor within which two findings tell about as much, so that the earlier one on a request's walk stands first."""
_LEAST_BITS = 1e-6


def describe(found: Sequence[Found], first: Members, second: Members) -> list[Finding]:
    """Return the findings, ranked: causes first, then by how much each tells, equal ones in the order of a request."""
    told = [_describe_group(group, first, second) for group in _group(found, first, second)]
    is_slower = any(one.aspect == "latency" for one in told)
    return sorted((_explain(one, first, second) if is_slower else one for one in told), key=_rank)


def _rank(finding: Finding) -> tuple[bool, int, int, float, str]:
    bits = math.floor(math.log(max(finding.divergence, _LEAST_BITS), _SAME_BITS))
    return finding.role != "cause", -bits, ASPECTS[finding.aspect].place, -finding.divergence, finding.value


def _group(found: Sequence[Found], first: Members, second: Members) -> list[list[Found]]:
    """Put together what is one change: the values of what a request has one of, words of one direction."""
    by_aspect: dict[str, list[Found]] = {}
    for one in sorted(found, key=lambda pair: (-round(pair[0].divergence, 4), -pair[0].rise, pair[0].value)):
        by_aspect.setdefault(one[0].aspect.name, []).append(one)
    groups: list[list[Found]] = []
    for name, some in by_aspect.items():
        if name == WORD:
            groups += _group_words(some, first, second)
        elif some[0][0].aspect.is_single:
            groups.append(some)
        else:
            groups += [[one] for one in some[:_PER_ASPECT]]
    return groups


def _group_words(found: Sequence[Found], first: Members, second: Members) -> list[list[Found]]:
    """Return the words that became more frequent, and those that became rarer, each by its log-odds."""
    counts = [np.array([len(side.having(WORD, one.value)) for one, _ in found], np.float64) for side in (first, second)]
    totals = tuple(float(sum(len(one.words) for one in side.group.facts)) for side in (first, second))
    odds = weighted_log_odds(counts[0], counts[1], totals=(totals[0], totals[1]))
    order = [int(place) for place in np.argsort(-np.abs(odds), kind="stable")]
    more = [found[place] for place in order if found[place][0].rise > 0]
    less = [found[place] for place in order if found[place][0].rise <= 0]
    return [some for some in (more, less) if some]


def _describe_group(group: Sequence[Found], first: Members, second: Members) -> Finding:
    (head, adjusted), others = group[0], group[1 : 1 + _MOST_OTHERS]
    finding = _describe_share(head, first, second) if head.is_share else _describe_amount(head, first, second)
    return replace(
        finding,
        adjusted_p=adjusted,
        also=tuple(_change(one, first, second) for one, _ in others),
    )


def _change(one: Candidate, first: Members, second: Members) -> ValueChange:
    before, after = (side.share(one.aspect, one.value) for side in (first, second))
    return ValueChange(value=one.value, first=before.successes / before.n, second=after.successes / after.n)


def _describe_share(one: Candidate, first: Members, second: Members) -> Finding:
    having = [side.having(one.aspect.name, one.value) for side in (first, second)]
    shares = share_difference(*(side.share(one.aspect, one.value) for side in (first, second)))
    return Finding(
        aspect=one.aspect.name,
        title=one.aspect.title,
        value=one.value,
        role=one.aspect.role,
        measure="share",
        unit="",
        first=shares.first,
        second=shares.second,
        difference=shares.difference,
        divergence=one.divergence,
        p_value=one.p_value,
        adjusted_p=one.p_value,
        first_examples=_newest(first, having[0]),
        second_examples=_newest(second, having[1]),
    )


def _describe_amount(one: Candidate, first: Members, second: Members) -> Finding:
    name = f"{one.aspect.name} {one.value}".rstrip()
    (at_first, before), (at_second, after) = first.measured(name), second.measured(name)
    middles = median_interval(before), median_interval(after)
    is_mean = one.aspect.by_mean or middles[0].estimate == middles[1].estimate
    shown = (weighted_mean(before), weighted_mean(after)) if is_mean else middles
    return Finding(
        aspect=one.aspect.name,
        title=one.aspect.title,
        value=one.value,
        role=one.aspect.role,
        measure="mean" if is_mean else "median",
        unit=one.aspect.unit,
        first=shown[0],
        second=shown[1],
        difference=shift(*shown),
        divergence=one.divergence,
        p_value=one.p_value,
        adjusted_p=one.p_value,
        first_examples=_nearest(first, at_first, np.abs(before.values - middles[0].estimate)),
        second_examples=_nearest(second, at_second, np.abs(after.values - middles[1].estimate)),
    )


def _newest(side: Members, having: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the newest traces that have it, or, where none has, the newest that do not."""
    places = having if len(having) else np.arange(side.size)
    return tuple(sorted((side.group.facts[int(place)].trace_id for place in places), reverse=True)[:_EXAMPLES])


def _nearest(side: Members, places: NDArray[np.int64], distance: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the traces whose amount is nearest to the median: the usual ones, not the oddest."""
    nearest = places[np.argsort(distance, kind="stable")[:_EXAMPLES]]
    return tuple(side.group.facts[int(place)].trace_id for place in nearest)


def _explain(finding: Finding, first: Members, second: Members) -> Finding:
    """Return a step's finding with its part of the change of the whole time, in means, since those add up."""
    whole = second.mean_over_all("latency") - first.mean_over_all("latency")
    if finding.aspect != "step" or whole == 0:
        return finding
    name = f"step {finding.value}"
    part = (second.mean_over_all(name) - first.mean_over_all(name)) / whole
    return replace(finding, explains=part) if part > 0 else finding
