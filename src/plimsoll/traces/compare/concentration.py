"""Does one user or session make the failures? Told where its share of them is far above that of requests. Pure."""

from collections import Counter
from collections.abc import Iterator

from plimsoll.records import Interval
from plimsoll.stats import EffectiveCount, fisher_exact, wilson
from plimsoll.traces.compare.groups import Group
from plimsoll.traces.compare.records import Concentration

_FEWEST_FAILURES = 10
_LEAST_SHARE = 0.3
_LEVEL = 0.01


def find_concentrations(group: Group) -> Iterator[Concentration]:
    """Yield the user and the session with most of the group's failures, where that is no accident of their traffic."""
    failed = [one for one in group.facts if one.has_failed]
    if len(failed) < _FEWEST_FAILURES:
        return
    for aspect in ("user", "session"):
        failures = Counter(getattr(one, aspect) for one in failed if getattr(one, aspect))
        if not failures:
            continue
        value, most = max(failures.items(), key=lambda item: (item[1], item[0]))
        own = sum(getattr(one, aspect) == value for one in group.facts)
        share = wilson(most, len(failed))
        if share.low >= _LEAST_SHARE and _is_no_accident(most, own, len(failed), len(group.facts)):
            yield _describe(group, aspect, value, share=share, traffic=own / len(group.facts))


def _is_no_accident(most: int, own: int, *others: int) -> bool:
    """Tell whether its requests fail more often than those of all others."""
    failed, requests = others
    mine = EffectiveCount(successes=most, n=own)
    rest = EffectiveCount(successes=failed - most, n=requests - own)
    return requests > own and most / own > (failed - most) / (requests - own) and fisher_exact(mine, rest) <= _LEVEL


def _describe(group: Group, aspect: str, value: str, *, share: Interval, traffic: float) -> Concentration:
    return Concentration(group=group.label, aspect=aspect, value=value, failures=share.n, share=share, traffic=traffic)
